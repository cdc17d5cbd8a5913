// How the keys of an open file stand to the key that the chain has for an account; and what admits an account that it has none for.

import type { KeyProof } from 'medshare-js';
import type { Hex } from '../../chain/shapes.js';

/**
 * `current`: the chain has the newest of the file. `older`: an older one of it, so that the newest can take its place. `other`: one
 * that the file does not have. `used`: as one of the last two, but the newest was registered before, and the chain takes no key twice.
 */
export type Standing = 'current' | 'older' | 'other' | 'used';

/** How the keys of a file, the newest first, stand to the registered one. `isUsed`: whether the newest was ever registered. */
export const standingOf = (registered: Hex, keys: readonly Hex[], isUsed: boolean): Standing => {
  if (registered === keys[0]) return 'current';
  if (isUsed) return 'used';
  return keys.includes(registered) ? 'older' : 'other';
};

/** An application for admission as text, in the form that `medshare --json keys show` prints. */
export const applicationText = (account: string, key: Hex, { challenge, response }: KeyProof, genesis: Hex): string =>
  `${JSON.stringify({ account, key, proof: `${challenge}${response.slice(2)}`, genesis }, undefined, 2)}\n`;
