// What somebody may have typed into the search box.

import { decodeAccount, encodeAccount } from 'medshare-js';

export type Sought =
  /** Of a record, an order or a block. */
  | { readonly kind: 'number'; readonly number: number }
  /** SS58 with the generic prefix. */
  | { readonly kind: 'account'; readonly address: string }
  /** Of a block, of a record's ciphertext, or the pseudonym of a person. It may also be an account in hex. */
  | { readonly kind: 'hash'; readonly hash: `0x${string}` };

/** Reads a number, an account or a hash. `undefined` if it is none of them. */
export const readSought = (text: string): Sought | undefined => {
  const said = text.trim().replace(/^#/, '');
  // What numbers are written with in some languages: separators of thousands.
  const digits = said.replaceAll(/[\s,.'’_\u00A0\u202F]/g, '');
  if (/^\d+$/.test(digits)) {
    const number = Number(digits);
    return Number.isSafeInteger(number) ? { kind: 'number', number } : undefined;
  }
  if (/^0x[0-9a-f]{64}$/i.test(said)) return { kind: 'hash', hash: said.toLowerCase() as `0x${string}` };
  try {
    return said.startsWith('0x') ? undefined : { kind: 'account', address: encodeAccount(decodeAccount(said)) };
  } catch {
    return undefined;
  }
};

/** The page that answers. */
export const pageOf = (sought: Sought): string => {
  switch (sought.kind) {
    case 'number':
      return `/explorer/find/${sought.number}`;
    case 'account':
      return `/explorer/account/${sought.address}`;
    case 'hash':
      return `/explorer/find/${sought.hash}`;
  }
};
