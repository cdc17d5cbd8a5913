// Who signs requests to vaults: an identity of this package, or a wallet.

import { decodeAccount } from './account.js';
import { toHex, utf8, type Hex } from './bytes.js';
import { MedshareError } from './error.js';

/** Whoever signs for an account with sr25519. */
export interface Signer {
  /** The account's public key, 32 bytes. */
  readonly account: Hex;
  /** The signature of 64 bytes over a text, or over `<Bytes>`, the text, and `</Bytes>`, as wallets sign. */
  sign(text: string): Hex | Promise<Hex>;
}

/** The part of a wallet's interface that signs bytes: `injected.signer` of `@polkadot/extension-dapp`. */
export interface RawSigner {
  /** Signs bytes, between `<Bytes>` and `</Bytes>`. */
  signRaw?: (payload: { address: string; data: string; type: 'bytes' }) => Promise<{ signature: string }>;
}

/** A signer that asks a wallet, such as the browser extensions of polkadot.js, Talisman or SubWallet. */
export const walletSigner = (address: string, wallet: RawSigner): Signer => ({
  account: toHex(decodeAccount(address)),
  async sign(text) {
    if (!wallet.signRaw) throw new MedshareError('Invalid', 'this wallet signs no texts', { hint: 'Use another wallet.' });
    const { signature } = await wallet.signRaw({ address, data: toHex(utf8(text)), type: 'bytes' });
    return signature as Hex;
  },
});
