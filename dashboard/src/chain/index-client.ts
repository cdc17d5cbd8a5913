// The questions that a node answers from its index: the JSON-RPC methods `medshare_*` over records, orders, reviews and all
// that happened to them. Shapes are those of the node, in the units of `shapes.ts`.

import type { Client } from './connection.js';
import type {
  Code,
  Descriptor,
  GrantItem,
  Hex,
  Kind,
  OrderItem,
  OrderStateName,
  Policy,
  Purpose,
  ReceiptItem,
  ReviewItem,
  Terms,
  Tier,
  VersionStatus,
} from './shapes.js';

/** The block whose state an answer is. */
export interface AnsweredAt {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
  readonly final: boolean;
}

export interface Page<T> {
  /** Nothing while the index is empty. */
  readonly at: AnsweredAt | null;
  /** How many there are altogether, if that was asked. */
  readonly total: number | null;
  readonly items: readonly T[];
  /** Cursor of the next page. */
  readonly next: string | null;
}

export interface Paging {
  readonly limit?: number;
  readonly cursor?: string;
  readonly count?: boolean;
  /** Also what is not final yet. */
  readonly at_best?: boolean;
}

export type Sort = 'newest' | 'oldest' | 'cheapest' | 'dearest' | 'largest' | 'smallest' | 'completest';

export interface SearchQuery extends Paging {
  readonly what?: 'listings' | 'records';
  readonly kind?: Kind;
  readonly modality?: string;
  readonly codes?: readonly Code[];
  readonly years?: { readonly from?: number; readonly to?: number };
  readonly size?: { readonly min?: number; readonly max?: number };
  readonly completeness?: number;
  readonly price?: { readonly min?: string; readonly max?: string };
  readonly tiers?: readonly Tier[];
  readonly purpose?: Purpose;
  readonly status?: VersionStatus;
  readonly owner?: string;
  readonly subject?: Hex;
  readonly withdrawn?: boolean;
  readonly text?: string;
  readonly sort?: Sort;
  readonly facets?: boolean;
}

export interface Hit {
  readonly record: number;
  readonly version: number;
  /** In English, made from the descriptor; the app has its own in the reader's language. */
  readonly title: string;
  readonly owner: string;
  readonly tier: Tier;
  readonly subject: Hex;
  readonly status: VersionStatus;
  readonly withdrawn: boolean;
  readonly descriptor: Descriptor;
  readonly size: number;
  readonly ciphertext: Hex;
  readonly policy: Policy;
  readonly anchor: { readonly block: number; readonly moment: number };
  readonly listing: {
    readonly version: number;
    readonly seller: string;
    readonly price: string;
    readonly terms: Terms;
    readonly since: number;
  } | null;
}

export interface Facet<V> {
  readonly value: V;
  readonly count: number;
}

export interface SearchPage extends Page<Hit> {
  readonly facets: {
    readonly kind: readonly Facet<Kind>[];
    readonly modality: readonly Facet<string>[];
    readonly code: readonly (Code & { readonly count: number })[];
    readonly year: readonly Facet<number>[];
    readonly tier: readonly Facet<Tier>[];
    readonly status: readonly Facet<VersionStatus>[];
  } | null;
}

export interface OrdersQuery extends Paging {
  readonly buyer?: string;
  readonly seller?: string;
  readonly party?: string;
  readonly record?: number;
  readonly state?: OrderStateName;
  readonly open?: boolean;
  readonly cleared?: boolean;
}

export interface ReviewsQuery extends Paging {
  readonly auditor?: string;
  readonly holder?: string;
  readonly record?: number;
  readonly decided?: boolean;
  readonly kind?: 'Record' | 'Claim';
}

export interface GrantsQuery extends Paging {
  readonly grantee?: string;
  readonly owner?: string;
  readonly record?: number;
  readonly in_force?: boolean;
}

export interface ReceiptsQuery extends Paging {
  readonly record?: number;
  readonly vault?: string;
  readonly accessor?: string;
}

export type TraceSubject = { readonly record: number } | { readonly order: number } | { readonly account: string };
export type TraceQuery = TraceSubject & Paging & { readonly from_block?: number; readonly direction?: 'oldest' | 'newest' };

/** Something that happened. */
export interface TraceItem {
  readonly block: number;
  readonly hash: Hex;
  readonly time: number;
  /** Its place among the events of the block. */
  readonly index: number;
  readonly final: boolean;
  /** Who signed the transaction; null where the chain itself acted. */
  readonly by: string | null;
  readonly pallet: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface AuditorStatistics {
  readonly auditor: string;
  readonly votes: number;
  readonly approvals: number;
  readonly rejections: number;
  readonly rulings: number;
  readonly accepted_share: number | null;
  readonly missed: number;
  readonly mean_response_ms: number | null;
  readonly agreement_share: number | null;
  readonly overturned: number;
  readonly open_seats: number;
}

export interface MarketStatistics {
  readonly start: number;
  readonly kind: Kind;
  readonly orders: number;
  readonly delivered: number;
  readonly settled: number;
  readonly refunded: number;
  readonly expired: number;
  readonly cancelled: number;
  readonly volume: string;
  readonly median_price: string | null;
}

export interface MarketQuery {
  readonly interval?: 'day' | 'week' | 'month';
  readonly from?: number;
  readonly to?: number;
  readonly kind?: Kind;
  readonly at_best?: boolean;
}

export interface IndexState {
  readonly backend: 'sqlite' | 'postgresql';
  /** Nothing while it is not open. */
  readonly schema: number | null;
  readonly genesis: Hex;
  readonly at: AnsweredAt | null;
  readonly finalized: { readonly number: number; readonly hash: Hex };
  readonly state: 'following' | 'rebuilding' | 'stopped';
  readonly error: string | null;
  /** Nothing while it is not open. */
  readonly counts: Readonly<
    Record<'records' | 'versions' | 'listings' | 'orders' | 'reviews' | 'grants' | 'receipts' | 'events' | 'members', number>
  > | null;
}

interface Subscriptions {
  /** The final blocks that get into the index. */
  Heads: { query: undefined; item: AnsweredAt };
  Records: { query: SearchQuery; item: Hit };
  Listings: { query: SearchQuery; item: Hit };
  Orders: { query: OrdersQuery; item: OrderItem };
  Reviews: { query: ReviewsQuery; item: ReviewItem };
  Events: { query: TraceQuery; item: TraceItem };
}

/** The index of the node at the other end of a connection. */
export class IndexClient {
  constructor(private readonly client: Client) {}

  /** Records and listings. */
  search(query: SearchQuery): Promise<SearchPage> {
    return this.#ask('search', query);
  }

  orders(query: OrdersQuery): Promise<Page<OrderItem>> {
    return this.#ask('findOrders', query);
  }

  reviews(query: ReviewsQuery): Promise<Page<ReviewItem>> {
    return this.#ask('findReviews', query);
  }

  grants(query: GrantsQuery): Promise<Page<GrantItem>> {
    return this.#ask('findGrants', query);
  }

  receipts(query: ReceiptsQuery): Promise<Page<ReceiptItem>> {
    return this.#ask('findReceipts', query);
  }

  /** Everything that happened to a record, an order or an account. */
  trace(query: TraceQuery): Promise<Page<TraceItem>> {
    return this.#ask('trace', query);
  }

  auditorStatistics(query: Paging & { readonly auditor?: string }): Promise<Page<AuditorStatistics>> {
    return this.#ask('auditorStatistics', query);
  }

  marketStatistics(query: MarketQuery): Promise<Pick<Page<MarketStatistics>, 'at' | 'items'>> {
    return this.#ask('marketStatistics', query);
  }

  /** Where the index is. */
  state(): Promise<IndexState> {
    return this.client.provider.send<IndexState>('medshare_index', []);
  }

  /** Calls back with what is new, from the next final block on, and once if the node ends it. Resolves to how to stop. */
  async subscribe<S extends keyof Subscriptions>(
    what: S,
    query: Subscriptions[S]['query'],
    listener: (item: Subscriptions[S]['item'], at: AnsweredAt) => void,
    ended: () => void = () => undefined,
  ): Promise<() => void> {
    type Notice = { at: AnsweredAt; item: Subscriptions[S]['item'] };
    const subscription = await this.client.provider.subscribe<Notice>(
      {
        subname: `medshare_${what.toLowerCase()}`,
        subscribe: `medshare_subscribe${what}`,
        unsubscribe: `medshare_unsubscribe${what}`,
        params: query === undefined ? [] : [query],
      },
      (error, notice) => {
        if (error) ended();
        else if (notice) listener(notice.item, notice.at);
      },
    );
    return () => void subscription.unsubscribe().catch(() => undefined);
  }

  #ask<T>(method: string, query: object): Promise<T> {
    return this.client.provider.send<T>(`medshare_${method}`, [query]);
  }
}
