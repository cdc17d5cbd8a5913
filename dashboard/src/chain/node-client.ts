// The questions that every node answers from the chain's state, with or without an index: `medshare_*` of docs/rpc.md. Shapes
// are those of `shapes.ts`.

import type { Client } from './connection.js';
import type {
  Commitment,
  Descriptor,
  Hex,
  OrderItem,
  Policy,
  Purpose,
  ReceiptItem,
  ReviewItem,
  ReviewSubject,
  Terms,
  Tier,
  VersionStatus,
} from './shapes.js';

/** Most entries that are asked for at once; the most that a node gives. */
export const MOST = 100;

export type Role = 'Hospital' | 'Auditor' | 'Provider' | 'Buyer' | 'Vault';

export interface Member {
  readonly roles: readonly Role[];
  /** The hospital that answers for it; null where the council admitted it. */
  readonly sponsor: string | null;
  readonly status: string;
  /** Its encryption key. */
  readonly key: Hex;
  readonly since: number;
}

export interface Credit {
  /** Thousandths of a point. */
  readonly score: number;
  readonly tier: Tier;
  readonly benefits: {
    readonly max_pending: number;
    readonly claim_window: number;
    readonly may_audit: boolean;
    /** Millionths. */
    readonly fee_discount: number;
    readonly max_open_orders: number;
  };
}

export interface Record {
  readonly owner: string;
  readonly subject: Hex;
  readonly latest: number;
  readonly withdrawn: boolean;
}

export interface Locator {
  readonly vault: string;
  readonly blob: Hex;
}

export interface RecordVersion {
  readonly content: {
    readonly ciphertext: Hex;
    readonly size: number;
    readonly plaintext: Hex;
    readonly commitment: Commitment;
    readonly descriptor: Descriptor;
    readonly locators: readonly Locator[];
  };
  readonly owner_key: Hex;
  readonly status: VersionStatus;
  readonly anchor: { readonly block: number; readonly moment: number };
  readonly deposit: string;
}

export interface Listing {
  readonly version: number;
  readonly seller: string;
  readonly price: string;
  readonly terms: Terms;
  readonly since: number;
}

/** A request for access that its owner has not answered yet. */
export interface AccessRequest {
  readonly record: number;
  readonly version: number;
  readonly requester: string;
  readonly requester_key: Hex;
  readonly purpose: Purpose;
  readonly at: number;
}

/** A review as the chain keeps it, with what it is about. */
export type Review = Omit<ReviewItem, 'decided'>;
/** An order that was not cleared, with its number. */
export type Order = Omit<OrderItem, 'cleared' | 'delivered' | 'ended'>;

/** Something with its number, as the node lists it. */
type Numbered<T> = T & { readonly id: number };

/** The state of the chain, at its best block. */
export class NodeClient {
  constructor(private readonly client: Client) {}

  member(who: string): Promise<Member | null> {
    return this.#ask('member', who);
  }

  credit(who: string): Promise<Credit> {
    return this.#ask('credit', who);
  }

  record(record: number): Promise<Record> {
    return this.#ask('record', record);
  }

  version(record: number, version: number): Promise<RecordVersion> {
    return this.#ask('recordVersion', record, version);
  }

  policy(record: number): Promise<Policy> {
    return this.#ask('policy', record);
  }

  listing(record: number): Promise<Listing | null> {
    return this.#ask('listing', record);
  }

  async review(subject: ReviewSubject): Promise<Review | null> {
    const review = await this.#ask<Omit<Review, 'subject'> | null>('review', subject);
    return review && { subject, ...review };
  }

  /** The undecided reviews on whose panels somebody sits; the chain allows fewer than are asked for. */
  openReviews(auditor: string): Promise<readonly Review[]> {
    return this.#ask('openReviews', auditor, MOST);
  }

  /** The undecided reviews for which somebody delivers the keys; no more than `MOST` of them. */
  reviewsHeld(holder: string): Promise<readonly Review[]> {
    return this.#ask('reviewsHeld', holder, MOST);
  }

  /** All records of an owner that were not erased, oldest first. */
  async recordsOf(owner: string): Promise<readonly (Record & { readonly record: number })[]> {
    return (await this.#all<Record>('recordsOf', owner)).map(({ id: record, ...content }) => ({ record, ...content }));
  }

  /** All open requests for access to somebody's records. */
  async requestsOf(owner: string): Promise<readonly (AccessRequest & { readonly request: number })[]> {
    return (await this.#all<AccessRequest>('requestsOf', owner)).map(({ id: request, ...content }) => ({ request, ...content }));
  }

  /** The newest uses of a record that vaults have reported, oldest first; the chain keeps 32. */
  receipts(record: number): Promise<readonly Omit<ReceiptItem, 'record' | 'index'>[]> {
    return this.#ask('receipts', record);
  }

  /** An order that was not cleared. */
  async order(order: number): Promise<Order> {
    return { order, ...(await this.#ask<Omit<Order, 'order'>>('order', order)) };
  }

  /** All orders in which somebody is buyer or seller and that were not cleared. */
  ordersOf(who: string): Promise<readonly Order[]> {
    return this.#orders('ordersOf', who);
  }

  /** Those of them of which money is on hold. */
  openOrdersOf(who: string): Promise<readonly Order[]> {
    return this.#orders('openOrdersOf', who);
  }

  async #orders(method: string, who: string): Promise<readonly Order[]> {
    return (await this.#all<Omit<Order, 'order'>>(method, who)).map(({ id: order, ...content }) => ({ order, ...content }));
  }

  async #all<T extends object>(method: string, who: string): Promise<readonly Numbered<T>[]> {
    const found: Numbered<T>[] = [];
    for (;;) {
      const page: readonly Numbered<T>[] = await this.#ask(method, who, found.at(-1)?.id ?? null, MOST);
      found.push(...page);
      if (page.length < MOST) return found;
    }
  }

  #ask<T>(method: string, ...params: unknown[]): Promise<T> {
    return this.client.provider.send<T>(`medshare_${method}`, params);
  }
}
