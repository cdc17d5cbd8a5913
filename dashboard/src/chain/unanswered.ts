// Whether the index answers, for pages that have something to show in its place.

import { useState } from 'react';
import { isTold } from './errors.js';

interface Asked {
  readonly data: unknown;
  readonly error: unknown;
  readonly isError: boolean;
}

/** Why a query has no answer, given why it had none `before`; nothing if it has one, or waits for its first. */
export const unanswered = (before: unknown, asked: Asked): unknown => {
  if (asked.data !== undefined) return undefined;
  return isTold(asked) ? asked.error : before;
};

/**
 * Why the index did not answer, until it does. A query without an answer is as new with each block that has it asked again: what
 * stands in for it would come and go.
 */
export const useUnanswered = (query: Asked): unknown => {
  const [before, setBefore] = useState<unknown>();
  const now = unanswered(before, query);
  if (now !== before) setBefore(now);
  return now;
};
