// What a browser's wallet does for an account: it signs transactions, and texts with its marks around them.

import { hexToU8a, u8aToHex, u8aWrapBytes } from '@polkadot/util';
import { walletSigner } from './medshare.js';

// Signs requests to vaults.
export const signerOf = (pair) =>
  walletSigner(pair.address, {
    signRaw: async ({ data }) => ({ signature: u8aToHex(pair.sign(u8aWrapBytes(hexToU8a(data)))) }),
  });
