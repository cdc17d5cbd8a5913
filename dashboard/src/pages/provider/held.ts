// All reviews for which an owner delivers the keys.

import { atBest } from '../../chain/best.js';
import type { Client } from '../../chain/connection.js';
import { problemOf } from '../../chain/errors.js';
import { IndexClient, type Page, type ReviewsQuery } from '../../chain/index-client.js';
import type { ReviewItem } from '../../chain/shapes.js';
import { MOST, NodeClient, type Review } from '../../chain/node-client.js';

/** The undecided reviews that somebody holds. `isCut`: there may be more than could be read. */
export const heldReviews = async (client: Client, holder: string): Promise<{ reviews: readonly Review[]; isCut: boolean }> => {
  const held = await new NodeClient(client).reviewsHeld(holder);
  if (held.length < MOST) return { reviews: held, isCut: false };
  // The chain's state has no pages of them; the index has.
  const index = new IndexClient(client);
  const known = new Set(held.map(({ subject }) => JSON.stringify(subject)));
  const others: Review[] = [];
  try {
    let cursor: string | null = null;
    do {
      const query: ReviewsQuery = { holder, decided: false, limit: MOST, count: false, ...(cursor === null ? {} : { cursor }) };
      const page: Page<ReviewItem> = await atBest((asked: ReviewsQuery) => index.reviews(asked), query);
      others.push(...page.items.filter(({ subject }) => !known.has(JSON.stringify(subject))));
      cursor = page.next;
    } while (cursor !== null);
  } catch (error) {
    // Without connection it is asked again; else the first of them are better than none.
    if (problemOf(error).kind === 'disconnected') throw error;
    return { reviews: held, isCut: true };
  }
  return { reviews: [...held, ...others], isCut: false };
};
