// Members' encryption keys, and the proof that whoever registers one knows its secret.

import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { decodeAccount } from './account.js';
import { fromHex, toHex, utf8, type Hex } from './bytes.js';
import { MedshareError } from './error.js';
import {
  Fn,
  Point,
  decodePoint,
  decodeScalar,
  encodePoint,
  encodeScalar,
  multiply,
  randomScalar,
  wideScalar,
  type Element,
} from './group.js';
import { Transcript } from './merlin.js';

/** A proof of possession: what `members.register_key` and an application for admission want. */
export interface KeyProof {
  /** The challenge, a scalar of 32 bytes, little-endian. */
  readonly challenge: Hex;
  /** The response, a scalar of 32 bytes, little-endian. */
  readonly response: Hex;
}

/** The secret scalar of a key pair, for the rest of this package only. */
export let secretOf: (pair: KeyPair) => bigint;

/** A member's encryption key pair: secret `p`, which nothing prints, and public `P = p·B`. */
export class KeyPair {
  readonly #secret: bigint;
  /** The public key: a Ristretto255 element, 32 bytes. */
  readonly public: Hex;

  static {
    secretOf = (pair) => pair.#secret;
  }

  private constructor(secret: bigint) {
    this.#secret = secret;
    this.public = encodePoint(Point.BASE.multiply(secret));
  }

  /** A new random key pair. */
  static generate(): KeyPair {
    return new KeyPair(randomScalar());
  }

  /** The key pair that belongs to a seed of 32 bytes. */
  static fromSeed(seed: Uint8Array): KeyPair {
    if (seed.length !== 32) throw new MedshareError('Invalid', `a seed has 32 bytes, not ${seed.length}`);
    const secret = wideScalar(sha512(concatBytes(utf8('medshare/v1/key'), seed)));
    // No seed with this hash is known, nor will one be found.
    return new KeyPair(secret === 0n ? 1n : secret);
  }

  /** The key pair that a development chain gives the account of this name, such as `Alice`. Everybody knows it. */
  static development(name: string): KeyPair {
    return KeyPair.fromSeed(sha256(utf8(`medshare/v1/development/${name}`)));
  }

  /**
   * Restores a key pair from {@link KeyPair.secretBytes}.
   *
   * @throws {MedshareError} `NonCanonicalScalar` or `ZeroSecret`.
   */
  static fromSecretBytes(bytes: Uint8Array): KeyPair {
    const secret = decodeScalar(bytes);
    if (secret === 0n) throw new MedshareError('ZeroSecret', 'a secret key must not be zero');
    return new KeyPair(secret);
  }

  /** The secret scalar, 32 bytes little-endian. Whoever has it opens everything that was sealed to this key. */
  secretBytes(): Uint8Array {
    return encodeScalar(this.#secret);
  }

  /**
   * Proves to know the secret, for one account (SS58 or hex) on the chain of one genesis hash and nowhere else.
   *
   * @throws {MedshareError} `Invalid` if the hash or the account cannot be read.
   */
  provePossession(genesis: Hex, account: string): KeyProof {
    const transcript = statement(this.public, genesis, account);
    const nonce = randomScalar(transcript.random([['p', this.secretBytes()]]));
    const challenge = announce(transcript, Point.BASE.multiply(nonce));
    return {
      challenge: toHex(encodeScalar(challenge)),
      response: toHex(encodeScalar(Fn.add(nonce, Fn.mul(challenge, this.#secret)))),
    };
  }
}

/**
 * Checks that a key is a valid one, and that whoever made the proof knows its secret.
 *
 * @throws {MedshareError} `FalseProof`, `NonCanonicalPoint`, `IdentityPoint`, `NonCanonicalScalar`, `Invalid`.
 */
export const verifyPossession = (key: Hex, proof: KeyProof, genesis: Hex, account: string): void => {
  const point = decodePoint(key);
  const challenge = decodeScalar(fromHex(proof.challenge));
  const response = decodeScalar(fromHex(proof.response));
  const announcement = multiply(response, Point.BASE).subtract(multiply(challenge, point));
  if (announce(statement(key, genesis, account), announcement) !== challenge) throw falseProof();
};

export const falseProof = (): MedshareError =>
  new MedshareError('FalseProof', 'the proof does not hold for this statement');

const statement = (key: Hex, genesis: Hex, account: string): Transcript => {
  const transcript = new Transcript('medshare/v1/possession');
  transcript.append('genesis', fromHex(genesis, 32));
  transcript.append('account', decodeAccount(account));
  transcript.append('P', fromHex(key));
  return transcript;
};

const announce = (transcript: Transcript, announcement: Element): bigint => {
  transcript.append('A', announcement.toBytes());
  return wideScalar(transcript.challenge('challenge', 64));
};
