// A length of time as people type it.

import { keep, kept } from '../../storage.js';

const DAY = 86_400_000;

/** A number of days in ms; `undefined` for ever, if nothing is typed; null if it is no number of days. */
export const daysOf = (text: string): number | undefined | null => {
  const typed = text.trim();
  if (typed === '') return undefined;
  const days = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
  return days > 0 ? days * DAY : null;
};

/** The price that an owner wants for a record that cannot be on sale yet, kept in this browser by chain and record. */
const PRICES = 'medshare.prices';

const prices = (): Record<string, string> => {
  try {
    return JSON.parse(kept(PRICES) ?? '{}') as Record<string, string>;
  } catch {
    return {};
  }
};

const keyOf = (genesis: string, record: number | bigint): string => `${genesis} ${record}`;

/** The price that was wanted, as it was typed; empty if none was. */
export const wantedPrice = (genesis: string, record: number | bigint): string => prices()[keyOf(genesis, record)] ?? '';

/** Keeps, or with an empty text forgets, the price that is wanted. */
export const wantPrice = (genesis: string, record: number | bigint, price: string): void => {
  const { [keyOf(genesis, record)]: _, ...others } = prices();
  // In a browser that keeps nothing the owner types it again.
  keep(PRICES, JSON.stringify(price === '' ? others : { ...others, [keyOf(genesis, record)]: price }));
};
