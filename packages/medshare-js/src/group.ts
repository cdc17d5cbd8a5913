// Ristretto255 (RFC 9496) with strict decoding.

import { ristretto255 } from '@noble/curves/ed25519.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { fromHex, fromLittleEndian, littleEndian, toHex, type Hex } from './bytes.js';
import { MedshareError } from './error.js';

export const Point: typeof ristretto255.Point = ristretto255.Point;
export type Element = typeof Point.BASE;
export const Fn: typeof Point.Fn = Point.Fn;

export const decodePoint = (text: string): Element => {
  const bytes = fromHex(text, 32);
  let point: Element;
  try {
    point = Point.fromBytes(bytes);
  } catch (cause) {
    const message = `${text} is not the canonical encoding of a Ristretto255 element`;
    throw new MedshareError('NonCanonicalPoint', message, { cause });
  }
  if (point.is0()) throw new MedshareError('IdentityPoint', 'the identity element is not allowed here');
  return point;
};

export const encodePoint = (point: Element): Hex => toHex(point.toBytes());

/** A scalar of 32 bytes. The message does not quote it: it may be secret. */
export const decodeScalar = (bytes: Uint8Array): bigint => {
  const scalar = fromLittleEndian(bytes);
  if (bytes.length !== 32 || scalar >= Fn.ORDER) {
    throw new MedshareError('NonCanonicalScalar', 'a scalar has 32 bytes and is below the group order');
  }
  return scalar;
};

export const encodeScalar = (scalar: bigint): Uint8Array => littleEndian(scalar, 32);

/** 64 bytes, little-endian, modulo the group order. */
export const wideScalar = (bytes: Uint8Array): bigint => Fn.create(fromLittleEndian(bytes));

/** A uniform scalar other than zero from somebody's random bytes. */
export const randomScalar = (random: (length: number) => Uint8Array = randomBytes): bigint => {
  for (;;) {
    const scalar = wideScalar(random(64));
    if (scalar !== 0n) return scalar;
  }
};

/** A product of public values, in variable time. Secret scalars take `Element.multiply`. */
export const multiply = (scalar: bigint, point: Element): Element => point.multiplyUnsafe(Fn.create(scalar));
