// Sealing a record key to a grantee, with the proof that the chain verifies.

import { concatBytes } from '@noble/hashes/utils.js';
import { decodeAccount } from './account.js';
import { fromHex, littleEndian, toHex, type Hex } from './bytes.js';
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
import { falseProof, secretOf, type KeyPair } from './keys.js';
import { Transcript } from './merlin.js';
import { elementOf, openCommitment, type KeyCommitment } from './record-key.js';

/** What a key is sealed for: a review, an order, an access request, a direct grant, or the claim about an order. */
export type SealPurpose =
  | 'audit'
  | 'direct'
  | { readonly order: bigint | number }
  | { readonly request: bigint | number }
  | { readonly claim: bigint | number };

/** Everything that a sealed key is bound to. Its proof is refused for anything else. */
export interface SealContext {
  /** Genesis hash of the chain. */
  readonly genesis: Hex;
  /** The record. */
  readonly record: bigint | number;
  /** Its version. */
  readonly version: number;
  /** The account that gets the key, SS58 or hex. */
  readonly grantee: string;
  /** What for. */
  readonly purpose: SealPurpose;
}

/** A sealed key `S = (c1, c2) = (s·B, K + s·Q)` with its proof. It can be given to polkadot.js as it is. */
export interface SealedKey {
  /** `s·B`, a Ristretto255 element. */
  readonly c1: Hex;
  /** `K + s·Q`, a Ristretto255 element. */
  readonly c2: Hex;
  /** The proof: three scalars of 32 bytes, little-endian. */
  readonly proof: { readonly challenge: Hex; readonly responseP: Hex; readonly responseS: Hex };
}

/**
 * Seals the key of a commitment to a grantee. Who owns it is whoever can open the commitment: the record's owner, or for
 * a claim the buyer, whose sealed key `(c1, c2)` serves as commitment `(d1, d2)`. What it returns has been verified.
 *
 * @throws {MedshareError} `NoRecordKey`, `NonCanonicalPoint`, `IdentityPoint`, `Invalid`.
 */
export const sealKey = (
  owner: KeyPair,
  commitment: KeyCommitment,
  granteeKey: Hex,
  context: SealContext,
): SealedKey => {
  const key = elementOf(openCommitment(owner, commitment));
  const [d1, grantee] = [decodePoint(commitment.d1), decodePoint(granteeKey)];
  const transcript = statement(context, owner.public, granteeKey, commitment);
  const witness = ['p', owner.secretBytes()] as const;

  const s = randomScalar(transcript.random([witness]));
  const c1 = encodePoint(Point.BASE.multiply(s));
  const c2 = encodePoint(key.add(grantee.multiply(s)));
  bindSealed(transcript, c1, c2);

  const nonces = transcript.random([witness, ['s', encodeScalar(s)]]);
  const [nonceP, nonceS] = [randomScalar(nonces), randomScalar(nonces)];
  const challenge = announce(transcript, [
    Point.BASE.multiply(nonceP),
    Point.BASE.multiply(nonceS),
    d1.multiply(nonceP).subtract(grantee.multiply(nonceS)),
  ]);
  const answer = (nonce: bigint, secret: bigint): Hex =>
    toHex(encodeScalar(Fn.add(nonce, Fn.mul(challenge, secret))));
  const proof = {
    challenge: toHex(encodeScalar(challenge)),
    responseP: answer(nonceP, secretOf(owner)),
    responseS: answer(nonceS, s),
  };
  const sealed = { c1, c2, proof };
  verifySeal(sealed, owner.public, commitment, granteeKey, context);
  return sealed;
};

/**
 * Verifies that a sealed key opens, under the grantee's key, to what the commitment opens to under the owner's key, and
 * that it was made for exactly this context.
 *
 * @throws {MedshareError} `FalseProof`, `NonCanonicalPoint`, `IdentityPoint`, `NonCanonicalScalar`, `Invalid`.
 */
export const verifySeal = (
  sealed: SealedKey,
  ownerKey: Hex,
  commitment: KeyCommitment,
  granteeKey: Hex,
  context: SealContext,
): void => {
  const [owner, grantee] = [decodePoint(ownerKey), decodePoint(granteeKey)];
  const [d1, d2] = [decodePoint(commitment.d1), decodePoint(commitment.d2)];
  const [c1, c2] = [decodePoint(sealed.c1), decodePoint(sealed.c2)];
  const challenge = decodeScalar(fromHex(sealed.proof.challenge));
  const p = decodeScalar(fromHex(sealed.proof.responseP));
  const s = decodeScalar(fromHex(sealed.proof.responseS));

  const first = multiply(p, Point.BASE).subtract(multiply(challenge, owner));
  const second = multiply(s, Point.BASE).subtract(multiply(challenge, c1));
  const third = multiply(p, d1)
    .subtract(multiply(s, grantee))
    .subtract(multiply(challenge, d2.subtract(c2)));

  const transcript = statement(context, ownerKey, granteeKey, commitment);
  bindSealed(transcript, sealed.c1, sealed.c2);
  if (announce(transcript, [first, second, third]) !== challenge) throw falseProof();
};

/** The SCALE encoding of a purpose: its index, then the number of the order or request if it has one. */
export const encodePurpose = (purpose: SealPurpose): Uint8Array => {
  if (purpose === 'audit') return Uint8Array.of(0);
  if (purpose === 'direct') return Uint8Array.of(3);
  const numbered = (index: number, id: bigint | number): Uint8Array =>
    concatBytes(Uint8Array.of(index), littleEndian(id, 8));
  if ('order' in purpose) return numbered(1, purpose.order);
  if ('request' in purpose) return numbered(2, purpose.request);
  return numbered(4, purpose.claim);
};

const statement = (context: SealContext, owner: Hex, grantee: Hex, commitment: KeyCommitment): Transcript => {
  const transcript = new Transcript('medshare/v1/seal');
  transcript.append('genesis', fromHex(context.genesis, 32));
  transcript.append('record', littleEndian(context.record, 8));
  transcript.append('version', littleEndian(context.version, 4));
  transcript.append('grantee', decodeAccount(context.grantee));
  transcript.append('purpose', encodePurpose(context.purpose));
  transcript.append('P', fromHex(owner));
  transcript.append('Q', fromHex(grantee));
  transcript.append('d1', fromHex(commitment.d1));
  transcript.append('d2', fromHex(commitment.d2));
  return transcript;
};

const bindSealed = (transcript: Transcript, c1: Hex, c2: Hex): void => {
  transcript.append('c1', fromHex(c1));
  transcript.append('c2', fromHex(c2));
};

const announce = (transcript: Transcript, [first, second, third]: readonly [Element, Element, Element]): bigint => {
  transcript.append('A1', first.toBytes());
  transcript.append('A2', second.toBytes());
  transcript.append('A3', third.toBytes());
  return wideScalar(transcript.challenge('challenge', 64));
};
