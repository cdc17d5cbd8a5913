// A range that is typed end by end: what of it counts, and what is wrong with the rest.

import { isRange } from './search.js';

/** The lower end and the upper one. */
export type Pair<T> = readonly [low: T, high: T];

/** What was typed at an end and does not count. */
export interface Refused {
  readonly text: string;
  /** What counts instead. Once that is something else, this is forgotten. */
  readonly instead: string;
  readonly why: 'unreadable' | 'crossed';
}

/** What counts of a range, empty for an open end; and what of it was refused. */
export interface Typed {
  readonly values: Pair<string>;
  readonly refused: Pair<Refused | undefined>;
}

const both = <A, B>([low, high]: Pair<A>, make: (one: A, at: 0 | 1) => B): Pair<B> => [make(low, 0), make(high, 1)];

/** What is refused still, of what was, while these values count. */
export const standing = (refused: Typed['refused'], values: Pair<string>): Typed['refused'] =>
  both(refused, (one, at) => (one?.instead === values[at] ? one : undefined));

/**
 * Takes what was typed at an end. What was refused at the other one is looked at anew: it counts as soon as both are a range.
 * `read` gives nothing for what cannot be read.
 */
export const entered = <T extends number | bigint>(before: Typed, at: 0 | 1, text: string, read: (text: string) => T | undefined): Typed => {
  const { values } = before;
  const refused = standing(before.refused, values);
  const typed = both(values, (value, each) => (each === at ? text : (refused[each]?.text ?? value)));
  const isRead = both(typed, (one) => one === '' || read(one) !== undefined);
  const wanted = both(typed, (one, each) => (isRead[each] ? one : values[each]));
  const isCrossed = !isRange(read(wanted[0]), read(wanted[1]));
  return {
    values: isCrossed ? values : wanted,
    refused: both(typed, (one, each) => {
      const instead = values[each];
      if (!isRead[each]) return { text: one, instead, why: 'unreadable' };
      return isCrossed && one !== instead ? { text: one, instead, why: 'crossed' } : undefined;
    }),
  };
};
