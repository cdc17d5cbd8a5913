// Requests for access from the side of who makes them: from the story of its account, and from the chain's state at the same,
// final block.

import type { Client } from '../../chain/connection.js';
import { problemOf } from '../../chain/errors.js';
import { IndexClient, type Page, type TraceItem } from '../../chain/index-client.js';
import type { Purpose } from '../../chain/shapes.js';
import { MOST, NodeClient } from '../../chain/node-client.js';
import { chainTime } from '../../chain/time.js';
import { isSameAccount } from '../../vault/vaults.js';
import { shownAs, type Json } from '../explorer/fields.js';
import { purposeFrom } from '../provider/grants.js';
import { grant, isInForce, spendable } from './data.js';

/** How many pages of a story are read at most for requests that are still open; more only where more are asked for. */
const LOOKED_BACK = 20;

/** A request that somebody made. */
export interface Made {
  readonly request: number;
  readonly record: number;
  readonly version: number;
  /** Nothing where it cannot be read. */
  readonly purpose: Purpose | undefined;
  /** When, ms. */
  readonly at: number;
  readonly state: 'open' | 'granted' | 'denied' | 'cancelled';
}

/** Requests, the newest first. */
export interface MadeRequests {
  readonly items: readonly Made[];
  /** Whether the node has an index; without one, those are here that are open. */
  readonly indexed: boolean;
  /** How many pages of the account's story they are from. */
  readonly pages: number;
  /** Whether older ones may be found. */
  readonly more: boolean;
  /** How many are open that were not found yet. */
  readonly missing: number;
}

type Asked = Omit<Made, 'state'>;

/** What the story of an account says of its requests: those that it made, and how some of them ended. */
export interface Story {
  readonly asked: readonly Asked[];
  readonly ended: ReadonlyMap<number, 'granted' | 'cancelled'>;
}

const requestOf = (basis: unknown): unknown => (typeof basis === 'object' && basis !== null && 'Request' in basis ? basis.Request : undefined);

/** Reads a story. What has an unknown form is left out. */
export const storyOf = (items: readonly TraceItem[], isMine: (who: string) => boolean): Story => {
  const mine = (who: unknown): boolean => typeof who === 'string' && isMine(who);
  const asked: Asked[] = [];
  const ended = new Map<number, 'granted' | 'cancelled'>();
  for (const { pallet, event, fields, time } of items) {
    if (pallet !== 'Access') continue;
    const [request, record, version] = [fields['request'], fields['record'], fields['version']].map(Number);
    if (event === 'Requested' && mine(fields['requester']) && [request, record, version].every(Number.isSafeInteger)) {
      const shown = shownAs('purpose', (fields['purpose'] ?? null) as Json);
      asked.push({ request: request!, record: record!, version: version!, purpose: shown.as === 'purpose' ? shown.purpose : undefined, at: time });
    } else if (event === 'RequestCancelled') {
      ended.set(request!, 'cancelled');
    } else if (event === 'Granted' && mine(fields['grantee']) && requestOf(fields['basis']) !== undefined) {
      ended.set(Number(requestOf(fields['basis'])), 'granted');
    }
  }
  return { asked, ended };
};

/** How each request stands. One that the story does not end and that is not open any more was denied: its owner's story has that. */
export const settled = ({ asked, ended }: Story, open: ReadonlySet<number>): readonly Made[] =>
  asked.map((each) => ({ ...each, state: ended.get(each.request) ?? (open.has(each.request) ? 'open' : 'denied') }));

/** What was read of an account's story: from its newest event on, without a gap. It is final, so that it stays as it is. */
interface Past {
  /** The newest event; nothing where there is none. */
  readonly newest: TraceItem | undefined;
  /** Those of its events that requests are read from, the newest first. */
  readonly items: readonly TraceItem[];
  /** Cursor of what is older. */
  readonly cursor: string | null;
  /** How many pages were read. */
  readonly pages: number;
}

/** What is kept of an account's story, for the next time that its requests are asked for. */
export interface Kept {
  past?: Past;
}

type Told = Page<TraceItem>;

const ofRequests = (items: readonly TraceItem[]): readonly TraceItem[] => items.filter(({ pallet }) => pallet === 'Access');
const isNewer = (a: TraceItem, b: TraceItem): boolean => a.block > b.block || (a.block === b.block && a.index > b.index);

/** With the newest page in front. Where that does not reach what was read, there may be a gap: then it alone. */
const withNewest = (past: Past | undefined, { items, next }: Told): Past => {
  const last = past?.newest;
  const fresh = last ? items.filter((item) => isNewer(item, last)) : items;
  if (past && fresh.length < items.length) return { ...past, newest: fresh[0] ?? last, items: [...ofRequests(fresh), ...past.items] };
  return { newest: items[0], items: ofRequests(items), cursor: next, pages: 1 };
};

const withOlder = (past: Past, { items, next }: Told): Past => ({ ...past, items: [...past.items, ...ofRequests(items)], cursor: next, pages: past.pages + 1 });

/**
 * The requests of an account by its story: of so many pages of it, and of further ones while some that are open are missing. Of what
 * was read before only the newest page is read again. All of it is final, which one question answers beside others.
 */
const byStory = async (client: Client, me: string, pages: number, kept: Kept): Promise<MadeRequests> => {
  const index = new IndexClient(client);
  const read = (cursor?: string): Promise<Told> =>
    index.trace({ account: me, direction: 'newest', limit: MOST, count: false, ...(cursor === undefined ? {} : { cursor }) });
  const newest = await read();
  let past = withNewest(kept.past, newest);
  kept.past = past;
  if (newest.at === null) return { items: [], indexed: true, pages: 1, more: false, missing: 0 };
  // At the block of the story: else a request that was granted meanwhile would seem to be denied.
  const { access } = (await client.at(newest.at.hash)).query;
  for (;;) {
    while (past.pages < pages && past.cursor !== null) {
      past = withOlder(past, await read(past.cursor));
      kept.past = past;
    }
    const story = storyOf(past.items, (who) => isSameAccount(who, me));
    const undecided = story.asked.filter(({ request }) => !story.ended.has(request)).map(({ request }) => request);
    const [stored, count] = await Promise.all([
      undecided.length === 0 ? [] : access.requests.multi(undecided.map(BigInt)),
      access.openRequests(me),
    ]);
    const items = settled(story, new Set(undecided.filter((_, i) => stored[i] !== undefined)));
    const missing = Math.max(0, count - items.filter((made) => made.state === 'open').length);
    if (missing === 0 || past.cursor === null || past.pages >= LOOKED_BACK) {
      return { items, indexed: true, pages: past.pages, more: past.cursor !== null, missing };
    }
    past = withOlder(past, await read(past.cursor));
    kept.past = past;
  }
};

/** Those that are open, from all open requests of the chain: as many as the account is said to have, and no further. */
const byState = async (client: Client, me: string): Promise<MadeRequests> => {
  const { requests, openRequests } = client.query.access;
  const items: Made[] = [];
  let left = await openRequests(me);
  let last: bigint | undefined;
  while (left > 0) {
    const page = await requests.pagedEntries({ pageSize: MOST, ...(last === undefined ? {} : { startKey: requests.rawKey(last) }) });
    for (const [request, { record, version, requester, purpose, at }] of page) {
      if (!isSameAccount(requester.address(), me)) continue;
      left -= 1;
      items.push({ request: Number(request), record: Number(record), version, purpose: purposeFrom(purpose), at: Number(at), state: 'open' });
    }
    last = page.at(-1)?.[0];
    if (page.length < MOST) break;
  }
  return { items: items.sort((a, b) => b.request - a.request), indexed: false, pages: 0, more: false, missing: 0 };
};

/** The requests that an account made, of so many pages of its story. `kept` is of that account on that chain, and is kept up to date. */
export const madeRequests = async (client: Client, me: string, pages: number, kept: Kept = {}): Promise<MadeRequests> => {
  try {
    return await byStory(client, me, pages, kept);
  } catch (error) {
    const { kind } = problemOf(error);
    // An index that was made anew may not know its cursors any more: the next time all is read anew.
    if (kind === 'stale-page') delete kept.past;
    if (kind !== 'no-index') throw error;
    return byState(client, me);
  }
};

/** What somebody needs to know who asks for access to a version. */
export interface Asking {
  /** What can be put on hold, in the smallest unit. */
  readonly free: bigint;
  /** Whether there is access already. */
  readonly granted: boolean;
  /** The open request for it, if there is one: the chain would take another. */
  readonly request: number | undefined;
}

/** How somebody stands to a version of an owner's record. */
export const askingOf = async (client: Client, me: string, owner: string, record: number, version: number): Promise<Asking> => {
  const [free, held, now, open] = await Promise.all([
    spendable(client, me),
    grant(client, record, version, me),
    chainTime(client),
    client.query.access.openRequests(me),
  ]);
  const waiting = open > 0 ? await new NodeClient(client).requestsOf(owner) : [];
  const own = waiting.find((each) => isSameAccount(each.requester, me) && each.record === record && each.version === version);
  return { free, granted: isInForce(held, now), request: own?.request };
};
