// What the page may ask the worker that has the keys. Everything crosses by structured clone; errors as plain values, since a
// clone of an error loses its code.

import type { ErrorCode, Hex, KeyCommitment, KeyProof, Registered, SealContext, SealedKey } from 'medshare-js';
import type { Registrable } from '../chain/arguments.js';
import type { Descriptor } from '../chain/shapes.js';

/** Whose keys are open. Nothing of it is secret. */
export interface OpenKeys {
  /** SS58 with the generic prefix. */
  readonly address: string;
  /** The account's public key. */
  readonly account: Hex;
  /** Its encryption keys, newest first. */
  readonly publicKeys: readonly Hex[];
}

export interface KeyFailure {
  readonly code: ErrorCode | 'Locked' | 'Broken';
  readonly message: string;
  readonly hint?: string;
}

export type Answer<T> = { readonly ok: T } | { readonly error: KeyFailure };

/** How a record key comes to whoever opens: the owner has the commitment, everybody else a sealed key. */
export type KeySource =
  | { readonly commitment: KeyCommitment; readonly ownerKey: Hex }
  | { readonly sealed: SealedKey; readonly granteeKey: Hex };

export interface KeyWorker {
  /** Opens a key file. */
  open(file: string, passphrase: string): Promise<Answer<OpenKeys>>;
  /** A development account. */
  development(name: string): Promise<Answer<OpenKeys>>;
  /** Makes a new account and its key file. */
  create(passphrase: string): Promise<Answer<{ keys: OpenKeys; file: string }>>;
  /** A text signed with the account, as vaults want it. */
  sign(text: string): Promise<Answer<Hex>>;
  /** Bytes signed with the account, as the chain wants them. */
  signBytes(bytes: Uint8Array): Promise<Answer<Uint8Array>>;
  /**
   * The open key file with one more encryption key, a new one, before those that it has; under the passphrase `next`. Refused with
   * `WrongPassphrase` if `current` does not open the file, and with `Invalid` if none is open but development keys, or `next` is too
   * short.
   */
  withNewKey(current: string, next: string): Promise<Answer<string>>;
  /** The proof that the newest encryption key is known, for an account on the chain of this genesis hash. */
  possession(genesis: Hex, account: string): Promise<Answer<KeyProof>>;
  /**
   * Encrypts a document that was described under a new record key, which is committed to the owner's encryption key. Tells how
   * many bytes are done.
   */
  seal(
    document: Blob,
    descriptor: Descriptor,
    ownerKey: Hex,
    progress: (bytes: number) => void,
  ): Promise<Answer<{ envelope: Blob; sealed: Registrable }>>;
  /** Decrypts an envelope, and checks that it is the one that was registered. */
  decrypt(envelope: Blob, key: KeySource, registered: Registered): Promise<Answer<Blob>>;
  /** Seals the owner's record key to somebody, with the proof that the chain verifies. */
  sealTo(ownerKey: Hex, commitment: KeyCommitment, granteeKey: Hex, context: SealContext): Promise<Answer<SealedKey>>;
}
