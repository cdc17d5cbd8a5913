// A fresh record key, committed to its owner: (t·B, K + t·P), as docs/protocol.md has it.

import { randomBytes } from 'node:crypto';
import { ristretto255 } from '@noble/curves/ed25519.js';
import { hexToU8a, u8aToHex } from '@polkadot/util';

const { Point } = ristretto255;

const scalar = () => Point.Fn.create(BigInt(u8aToHex(randomBytes(64))));

export const commit = (ownerKey) => {
  const recordKey = Point.BASE.multiply(scalar());
  const t = scalar();
  const d2 = recordKey.add(Point.fromBytes(hexToU8a(ownerKey)).multiply(t));
  return { d1: u8aToHex(Point.BASE.multiply(t).toBytes()), d2: u8aToHex(d2.toBytes()) };
};
