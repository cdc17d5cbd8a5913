// Questions to the index about what is one's own: also of what is not final yet, as long as the node can say that.

import { problemOf } from './errors.js';
import type { Page, Paging } from './index-client.js';

/** Stands before cursors of final answers: the node takes those for questions about final blocks only. */
const FINAL = 'final:';

/**
 * Asks about the best block; about the final one where the node cannot answer that now or is too busy. The pages after a final
 * one are final, too.
 */
export const atBest = async <Q extends Paging, P extends Page<unknown>>(ask: (query: Q) => Promise<P>, query: Q): Promise<P> => {
  const { cursor } = query;
  if (cursor?.startsWith(FINAL)) return final(ask, { ...query, cursor: cursor.slice(FINAL.length) });
  try {
    return await ask({ ...query, at_best: true });
  } catch (error) {
    const { kind } = problemOf(error);
    // In the middle of a list there is no final page that goes on where the one before ended.
    if ((kind !== 'index-behind' && kind !== 'busy') || cursor !== undefined) throw error;
    return final(ask, query);
  }
};

const final = async <Q extends Paging, P extends Page<unknown>>(ask: (query: Q) => Promise<P>, query: Q): Promise<P> => {
  const page = await ask(query);
  return page.next === null ? page : { ...page, next: `${FINAL}${page.next}` };
};
