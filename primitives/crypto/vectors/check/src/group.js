// Ristretto255 (RFC 9496) with strict decoding.

import { ristretto255 } from '@noble/curves/ed25519.js';
import { fromHex, fromLittleEndian } from './bytes.js';

const { Point } = ristretto255;

export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
export const BASE = Point.BASE;

const modulo = (number) => ((number % ORDER) + ORDER) % ORDER;

export const decodePoint = (text) => {
  const point = Point.fromBytes(fromHex(text));
  if (point.is0()) throw new Error('the identity');
  return point;
};

export const decodeScalar = (text) => {
  const scalar = fromLittleEndian(fromHex(text));
  if (scalar >= ORDER) throw new Error('a scalar that is not below the group order');
  return scalar;
};

export const decodeSecret = (text) => {
  const secret = decodeScalar(text);
  if (secret === 0n) throw new Error('a secret of zero');
  return secret;
};

// 64 bytes, little-endian, modulo the group order.
export const wideScalar = (bytes) => modulo(fromLittleEndian(bytes));

// Everything that is multiplied here is public, so variable time does no harm.
export const multiply = (scalar, point) => point.multiplyUnsafe(modulo(scalar));
