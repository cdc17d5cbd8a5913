// The key of one version of one record.

import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8, type Hex } from './bytes.js';
import { MedshareError } from './error.js';
import { Point, decodePoint, encodePoint, randomScalar, type Element } from './group.js';
import { secretOf, type KeyPair } from './keys.js';

/** A key commitment `C = (d1, d2) = (t·B, K + t·P)`: the record key, encrypted to its owner. It is on the chain. */
export interface KeyCommitment {
  /** `t·B`, a Ristretto255 element. */
  readonly d1: Hex;
  /** `K + t·P`, a Ristretto255 element. */
  readonly d2: Hex;
}

/** The group element of a record key, for the rest of this package only. */
export let elementOf: (key: RecordKey) => Element;

/** A record key from an element other than the identity, for the rest of this package only. */
export let recordKey: (element: Element) => RecordKey;

/** A record key `K`: a random group element, drawn afresh for every version of every record. Nothing prints it. */
export class RecordKey {
  readonly #element: Element;

  static {
    elementOf = (key) => key.#element;
    recordKey = (element) => new RecordKey(element);
  }

  private constructor(element: Element) {
    this.#element = element;
  }

  /** A new random record key. */
  static generate(): RecordKey {
    return new RecordKey(Point.BASE.multiply(randomScalar()));
  }

  /**
   * Restores a record key from {@link RecordKey.compress}.
   *
   * @throws {MedshareError} `NonCanonicalPoint`, `IdentityPoint`, `Invalid`.
   */
  static fromHex(text: Hex): RecordKey {
    return new RecordKey(decodePoint(text));
  }

  /**
   * The commitment to this key for the owner of a public key. A fresh one each time.
   *
   * @throws {MedshareError} `NonCanonicalPoint`, `IdentityPoint` if the owner's key is no valid point.
   */
  commit(owner: Hex): KeyCommitment {
    const blinding = randomScalar();
    const d2 = this.#element.add(decodePoint(owner).multiply(blinding));
    const commitment = { d1: encodePoint(Point.BASE.multiply(blinding)), d2: encodePoint(d2) };
    decodePoint(commitment.d2);
    return commitment;
  }

  /** The one-time key under which the envelope's stanza with this salt of 16 bytes wraps age's file key. */
  wrappingKey(salt: Uint8Array): Uint8Array {
    return hkdf(sha256, this.#element.toBytes(), salt, utf8('medshare/v1/wrap'), 32);
  }

  /** The canonical encoding of the key. Whoever has it can open the record. */
  compress(): Hex {
    return encodePoint(this.#element);
  }
}

/**
 * The owner opens a commitment: `K = d2 − p·d1`. That the result is the record's key follows from the commitment having
 * been made for this very key pair: any two points open to something.
 *
 * @throws {MedshareError} `NoRecordKey`, `NonCanonicalPoint`, `IdentityPoint`.
 */
export const openCommitment = (owner: KeyPair, commitment: KeyCommitment): RecordKey =>
  open(owner, commitment.d1, commitment.d2);

/**
 * The grantee opens a sealed key: `K = c2 − q·c1`. It does not look at the proof, which the chain has verified.
 *
 * @throws {MedshareError} `NoRecordKey`, `NonCanonicalPoint`, `IdentityPoint`.
 */
export const openSealed = (grantee: KeyPair, sealed: { readonly c1: Hex; readonly c2: Hex }): RecordKey =>
  open(grantee, sealed.c1, sealed.c2);

const open = (pair: KeyPair, first: Hex, second: Hex): RecordKey => {
  const key = decodePoint(second).subtract(decodePoint(first).multiply(secretOf(pair)));
  if (key.is0()) throw new MedshareError('NoRecordKey', 'this key pair does not open it to a record key');
  return recordKey(key);
};
