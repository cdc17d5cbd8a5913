// What buyers ask of a node and of vaults.

import { MedshareError, type Signer } from 'medshare-js';
import { atBest } from '../../chain/best.js';
import type { Client } from '../../chain/connection.js';
import { problemOf } from '../../chain/errors.js';
import { IndexClient, type Hit, type OrdersQuery, type SearchPage } from '../../chain/index-client.js';
import {
  orderStateName,
  type GrantItem,
  type Hex,
  type OrderItem,
  type OrderStateName,
  type Policy,
  type Tier,
} from '../../chain/shapes.js';
import { NodeClient, type Listing, type RecordVersion } from '../../chain/node-client.js';
import { connectVaults, isSameAccount } from '../../vault/vaults.js';
import { selected } from './hits.js';
import { DEFAULTS, type MarketParameters, type SellerTerms } from './quote.js';
import { queryOf, type Criteria } from './search.js';

/** How many records of a page. */
const PAGE = 20;

/** How many listings are looked through where there is no index. */
export const LOOKED_THROUGH = 100;

const ask = <T>(client: Client, method: string, ...params: unknown[]): Promise<T> =>
  client.provider.send<T>(`medshare_${method}`, params);

/** Something with its number, as lists have it. */
type Numbered<T> = T & { readonly id: number };

/** What a search found. Without an index, among the first listings only. */
export type Results = { readonly indexed: true; readonly page: SearchPage } | { readonly indexed: false; readonly items: readonly OfferedHit[] };

/** What is shown of a record in a list. */
export type OfferedHit = Pick<Hit, 'record' | 'version' | 'tier' | 'descriptor' | 'policy' | 'listing'>;

/** Looks through the first listings, as an index would. */
const lookThrough = async (client: Client, criteria: Criteria): Promise<readonly OfferedHit[]> => {
  const node = new NodeClient(client);
  const listings = await ask<readonly Numbered<Listing>[]>(client, 'listings', null, LOOKED_THROUGH);
  const hits = await Promise.all(
    listings.map(async ({ id: record, ...listing }): Promise<OfferedHit> => {
      const { version, seller } = listing;
      const [{ content }, policy, { tier }] = await Promise.all([node.version(record, version), node.policy(record), node.credit(seller)]);
      return { record, version, tier, descriptor: content.descriptor, policy, listing };
    }),
  );
  return selected(hits, criteria);
};

/** What is on sale and looked for, as of the newest final block that is in the index. */
export const search = async (client: Client, criteria: Criteria): Promise<Results> => {
  try {
    const page = await new IndexClient(client).search({ ...queryOf(criteria), limit: PAGE, facets: true });
    return { indexed: true, page };
  } catch (error) {
    if (problemOf(error).kind !== 'no-index') throw error;
    return { indexed: false, items: await lookThrough(client, criteria) };
  }
};

/** A record on sale, with all that its price depends on. */
export interface Offer {
  readonly record: number;
  readonly listing: Listing;
  readonly version: RecordVersion;
  readonly policy: Policy;
  readonly seller: SellerTerms & { readonly tier: Tier };
  readonly parameters: MarketParameters;
}

/** What hospitals have set for the market. */
export const marketParameters = async (client: Client): Promise<MarketParameters> => {
  const entries = await client.query.parameters.parameters.entries();
  const set = new Map<string, number | bigint>();
  for (const [, value] of entries) {
    if (value.type === 'Marketplace' && value.value.type !== 'Split') set.set(value.value.type, value.value.value);
  }
  const number = (name: string, otherwise: number): number => Number(set.get(name) ?? otherwise);
  return {
    deliverWithin: number('DeliverWithin', DEFAULTS.deliverWithin),
    rulingWithin: number('RulingWithin', DEFAULTS.rulingWithin),
    feeShare: number('FeeShare', DEFAULTS.feeShare),
    retainedShare: number('RetainedShare', DEFAULTS.retainedShare),
    claimBondShare: number('ClaimBondShare', DEFAULTS.claimBondShare),
    minBond: BigInt(set.get('MinBond') ?? DEFAULTS.minBond),
  };
};

/** A record on sale, or a version of it; null if that is not on sale. */
export const offer = async (client: Client, record: number, wanted?: number): Promise<Offer | null> => {
  const node = new NodeClient(client);
  const listing = await node.listing(record);
  if (listing === null || (wanted !== undefined && wanted !== listing.version)) return null;
  const [version, policy, credit, parameters] = await Promise.all([
    node.version(record, listing.version),
    node.policy(record),
    node.credit(listing.seller),
    marketParameters(client),
  ]);
  const { tier, benefits } = credit;
  const seller = { tier, feeDiscount: benefits.fee_discount, claimWindow: benefits.claim_window };
  return { record, listing, version, policy, seller, parameters };
};

/** A version that is not on sale, as somebody looks at it who may ask for access. */
export interface Unlisted {
  readonly record: number;
  readonly owner: string;
  readonly tier: Tier;
  readonly policy: Policy;
  /** One that auditors have approved. */
  readonly version: number;
  readonly stored: RecordVersion;
  /** The version of the record that is on sale instead; null if none is. */
  readonly listed: number | null;
}

/**
 * A version that is not on sale, or the newest that is approved; null if there is no such record or version, the record was withdrawn,
 * or the version is not approved.
 */
export const unlisted = async (client: Client, record: number, wanted?: number): Promise<Unlisted | null> => {
  const node = new NodeClient(client);
  try {
    const [{ owner, latest, withdrawn }, listing] = await Promise.all([node.record(record), node.listing(record)]);
    if (withdrawn) return null;
    for (let version = wanted ?? latest; version > 0; version -= 1) {
      const stored = await node.version(record, version);
      if (stored.status === 'Approved') {
        const [policy, { tier }] = await Promise.all([node.policy(record), node.credit(owner)]);
        return { record, owner, tier, policy, version, stored, listed: listing?.version ?? null };
      }
      if (wanted !== undefined) return null;
    }
    return null;
  } catch (error) {
    // Also what is erased meanwhile.
    if (problemOf(error).kind === 'unknown') return null;
    throw error;
  }
};

/** What of an account's money can be put on hold, in the smallest unit: neither frozen, nor what the account lives on. */
export const spendable = async (client: Client, address: string): Promise<bigint> => {
  const { data } = await client.query.system.account(address);
  const least = client.consts.balances.existentialDeposit;
  const locked = data.frozen > data.reserved ? data.frozen - data.reserved : 0n;
  const kept = locked > least ? locked : least;
  return data.free > kept ? data.free - kept : 0n;
};

/** A grant, as the node has it. */
export type Grant = Omit<GrantItem, 'record' | 'version' | 'grantee' | 'cleared'>;

/** Somebody's grant of a version, in force or not; at a block, or the best one. */
export const grant = (client: Client, record: number, version: number, who: string, at?: Hex): Promise<Grant | null> =>
  ask(client, 'grant', record, version, who, ...(at === undefined ? [] : [at]));

/** Whether a grant is in force. */
export const isInForce = (found: Grant | null | undefined, now: number): boolean =>
  Boolean(found && found.revoked === null && (found.expires === null || now < found.expires));

/** An order as pages show it: without an index, no times of its events are known. */
export type ShownOrder = Omit<OrderItem, 'delivered' | 'ended'> & Partial<Pick<OrderItem, 'delivered' | 'ended'>>;

/** Somebody's orders as a buyer, newest first. Without an index, those that were not cleared. */
export type Orders = { readonly indexed: boolean; readonly items: readonly ShownOrder[]; readonly next: string | null };

const ownOrders = async (client: Client, buyer: string, state: OrderStateName | undefined): Promise<readonly ShownOrder[]> =>
  (await new NodeClient(client).ordersOf(buyer))
    .filter((order) => isSameAccount(order.buyer, buyer) && (state === undefined || orderStateName(order.state) === state))
    .map((order) => ({ ...order, cleared: false }))
    .reverse();

/** Somebody's orders as a buyer, also those that are not final yet, if the index can say that. */
export const orders = async (client: Client, buyer: string, state?: OrderStateName, cursor?: string): Promise<Orders> => {
  try {
    const index = new IndexClient(client);
    const query: OrdersQuery = { buyer, limit: PAGE, ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) };
    const { items, next } = await atBest((query) => index.orders(query), query);
    return { indexed: true, items, next };
  } catch (error) {
    if (problemOf(error).kind !== 'no-index') throw error;
    return { indexed: false, items: await ownOrders(client, buyer, state), next: null };
  }
};

/** The number of the order that a buyer has open for a version, if there is one: then the chain takes no other. */
export const openOrder = async (client: Client, buyer: string, record: number, version: number): Promise<number | undefined> => {
  const open = await new NodeClient(client).openOrdersOf(buyer);
  return open.find((each) => isSameAccount(each.buyer, buyer) && each.record === record && each.version === version)?.order;
};

/** An order that was not cleared; null if there is none. */
export const order = async (client: Client, id: number): Promise<ShownOrder | null> => {
  try {
    const found = await ask<Omit<ShownOrder, 'order' | 'cleared'>>(client, 'order', id);
    return { ...found, order: id, cleared: false };
  } catch (error) {
    if (problemOf(error).kind === 'unknown') return null;
    throw error;
  }
};

/** What was found about a ciphertext before paying for it. */
export type Presence = 'there' | 'other-size' | 'no-vault';

/**
 * Whether a vault would serve the ciphertext of a version in the size that is registered, as the chain decides for this signer.
 *
 * @throws what the first vault says that refuses, or cannot be reached, if no other answers; why the signer does not sign.
 */
export const presenceOf = async (
  addresses: readonly string[],
  genesis: Hex,
  signer: Signer,
  record: number,
  version: number,
  { content }: RecordVersion,
): Promise<Presence> => {
  const { vaults, failures } = await connectVaults(addresses, genesis);
  const refused: unknown[] = [];
  let presence: Presence = 'no-vault';
  for (const { vault: account, blob } of content.locators) {
    const vault = vaults.find(({ info }) => isSameAccount(info.account, account));
    if (!vault) continue;
    try {
      const { size } = await vault.link(signer, { record, version, blob });
      if (size === content.size) return 'there';
      presence = 'other-size';
    } catch (error) {
      // A wallet that does not sign for one would be asked again for the next.
      if (!(error instanceof MedshareError)) throw error;
      refused.push(error);
    }
  }
  const [failure] = [...refused, ...failures];
  if (presence === 'no-vault' && failure !== undefined) throw failure;
  return presence;
};
