// Signed requests to a vault, version 1, as docs/vault.md describes them.

import { sha256 } from '@noble/hashes/sha2.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { decodeAccount } from '../account.js';
import { fromHex, toHex, type Hex } from '../bytes.js';
import type { Signer } from '../signer.js';

/** Which vault on which chain a request is for. */
export interface Scope {
  /** The chain, by the hash of its first block. */
  readonly genesis: Hex;
  /** The vault's account, SS58 or hex. */
  readonly vault: string;
}

/** A request to be signed. */
export interface Request {
  /** HTTP method, in capitals. */
  readonly method: string;
  /** Path with query, from `/v1` on. */
  readonly target: string;
  /** SHA-256 of the body ({@link bodyHash}), or the address of the blob that is uploaded. */
  readonly body: Hex;
  /** 32 hex digits, used once. Random, if it is not given. */
  readonly nonce?: string;
  /** Until when the request is valid, unix ms. */
  readonly expires: number;
}

/** The text that is signed. Its SHA-256 is the name that access receipts give the request. */
export const requestText = (scope: Scope, account: Hex, request: Request & { readonly nonce: string }): string =>
  [
    'medshare/v1/vault',
    `chain: ${toHex(fromHex(scope.genesis, 32))}`,
    `vault: ${toHex(decodeAccount(scope.vault))}`,
    `account: ${account}`,
    `request: ${request.method} ${request.target}`,
    `body: ${toHex(fromHex(request.body, 32))}`,
    `nonce: ${request.nonce}`,
    `expires: ${request.expires}`,
  ].join('\n');

/** Signs a request; gives the value of its header `Authorization`. */
export const authorize = async (signer: Signer, scope: Scope, request: Request): Promise<string> => {
  const { nonce = toHex(randomBytes(16)).slice(2), expires } = request;
  const signature = await signer.sign(requestText(scope, signer.account, { ...request, nonce }));
  return `Medshare account="${signer.account}",nonce="${nonce}",expires="${expires}",signature="${signature}"`;
};

/** SHA-256, as it stands for a body in the signed text. */
export const bodyHash = (body: Uint8Array): Hex => toHex(sha256(body));
