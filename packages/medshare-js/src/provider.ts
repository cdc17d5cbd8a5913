// The provider's steps before the chain: describe and seal a document, and what of it is registered.

import type { Hex } from './bytes.js';
import { sealEnvelope } from './envelope.js';
import { MedshareError } from './error.js';
import { describe } from './files/describe.js';
import type { Code, Count, Descriptor, YearMonth } from './files/descriptor.js';
import { RecordKey, type KeyCommitment } from './record-key.js';
import type { Options } from './stream.js';

/** A document that was sealed and can be registered: everything but where its envelope is. It holds no secret. */
export interface SealedDocument {
  /** SHA-256 of the envelope: its address. */
  readonly ciphertext: Hex;
  /** Bytes of the envelope. */
  readonly size: number;
  /** Plaintext commitment. */
  readonly plaintext: Hex;
  /** The owner's encryption key to which the record key is committed. */
  readonly ownerKey: Hex;
  /** The record key, encrypted to that key. */
  readonly commitment: KeyCommitment;
  /** What buyers see. */
  readonly descriptor: Descriptor;
  /** What its owner should know before sharing it. */
  readonly remarks: readonly string[];
}

/** Where a blob is. */
export interface Locator {
  /** The vault's account, SS58. */
  readonly vault: string;
  /** The blob's address. */
  readonly blob: Hex;
}

/** A version as `records.register` and `records.revise` take it from polkadot.js. */
export interface NewVersion {
  /** SHA-256 of the envelope. */
  readonly ciphertext: Hex;
  /** Bytes of the envelope. */
  readonly size: number;
  /** Plaintext commitment. */
  readonly plaintext: Hex;
  /** The key commitment. */
  readonly commitment: KeyCommitment;
  /** The descriptor, named as polkadot.js names things. */
  readonly descriptor: {
    readonly kind: Descriptor['kind'];
    readonly mediaType: string;
    readonly modality: string | null;
    readonly codes: readonly Code[];
    readonly counts: readonly Count[];
    readonly plaintextSize: number;
    readonly completeness: number;
    readonly period: readonly [YearMonth, YearMonth] | null;
  };
  /** Where the envelope is: one to four vaults. */
  readonly locators: readonly Locator[];
}

/**
 * Describes a document and seals it under a fresh record key that is committed to the owner's encryption key, which is the
 * one that the chain has for the owner. The envelope goes into the sink, which is aborted if something fails.
 *
 * Whether the document identifies a person is not looked at: run `medshare check` or `medshare deidentify` before.
 *
 * @throws {MedshareError} `Unreadable` before anything is written; `NonCanonicalPoint`, `IdentityPoint`, `Invalid` if the
 * owner's key is none; `Unreadable` if the document changed on the way.
 */
export const sealDocument = async (
  document: Blob,
  ownerKey: Hex,
  sink: WritableStream<Uint8Array>,
  options: Options = {},
): Promise<SealedDocument> => {
  const key = RecordKey.generate();
  try {
    const commitment = key.commit(ownerKey);
    const { descriptor, remarks } = await describe(document, options.signal);
    const { plaintextSize, ...sealed } = await sealEnvelope(document, key, sink, options);
    if (plaintextSize !== descriptor.plaintext_size) {
      // What was described is not what was sealed: auditors would reject it.
      throw new MedshareError('Unreadable', 'the document changed while it was being sealed', { hint: 'Seal it again.' });
    }
    return { ...sealed, ownerKey, commitment, descriptor, remarks };
  } catch (error) {
    if (!sink.locked) await sink.abort(error).catch(() => undefined);
    throw error;
  }
};

/** The version as it is registered, for polkadot.js: `api.tx.records.register(subject, policy, newVersion(…))`. */
export const newVersion = (sealed: SealedDocument, locators: readonly Locator[]): NewVersion => {
  const { media_type: mediaType, plaintext_size: plaintextSize, ...rest } = sealed.descriptor;
  const { ciphertext, size, plaintext, commitment } = sealed;
  const descriptor = { ...rest, mediaType, plaintextSize };
  return { ciphertext, size, plaintext, commitment, descriptor, locators };
};

/** The description that `medshare register` takes as `NAME.sealed.json`, for an envelope in a file. */
export const sealedFile = (sealed: SealedDocument, path: string): string => {
  const { ownerKey, descriptor, ...rest } = sealed;
  // The command writes what identifies a person here; this package does not look for it.
  return JSON.stringify({ path, ...rest, owner_key: ownerKey, descriptor, identifying: [] }, undefined, 2);
};
