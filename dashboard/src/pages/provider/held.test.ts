import { expect, test, vi } from 'vitest';
import type { Client } from '../../chain/connection.js';
import { heldReviews } from './held.js';

const subject = (record: number) => ({ Record: { record, version: 1 } });

/** A node by whose state somebody holds so many reviews, and by whose index so many, or that answers the index's questions so. */
const nodeOf = (held: number, indexed: number | Error) => {
  const send = vi.fn(async (method: string, [query]: [{ cursor?: string; limit: number }]) => {
    if (method === 'medshare_reviewsHeld') return Array.from({ length: Math.min(held, 100) }, (_, record) => ({ subject: subject(record) }));
    if (indexed instanceof Error) throw indexed;
    const from = Number(query.cursor ?? 0);
    const items = Array.from({ length: Math.min(query.limit, indexed - from) }, (_, at) => ({ subject: subject(indexed - 1 - from - at) }));
    return { at: null, total: null, items, next: from + query.limit < indexed ? `${from + query.limit}` : null };
  });
  return { client: { provider: { send } } as unknown as Client, send };
};

test('the state of the chain tells them, and the index is not asked while that is enough', async () => {
  const { client, send } = nodeOf(99, new Error('not to be asked'));
  const { reviews, isCut } = await heldReviews(client, 'me');
  expect([reviews.length, isCut, send.mock.calls.length]).toEqual([99, false, 1]);
});

test('where there may be more, the index tells all of them, each once', async () => {
  const { reviews, isCut } = await heldReviews(nodeOf(250, 250).client, 'me');
  expect([reviews.length, new Set(reviews.map((review) => JSON.stringify(review.subject))).size, isCut]).toEqual([250, 250, false]);
});

test('that there may be more is said where the index does not answer', async () => {
  const failed = Object.assign(new Error('behind'), { code: 9006 });
  const { reviews, isCut } = await heldReviews(nodeOf(250, failed).client, 'me');
  expect([reviews.length, isCut]).toEqual([100, true]);
});
