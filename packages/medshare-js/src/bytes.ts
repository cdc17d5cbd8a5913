// Bytes in and out of text and numbers.

import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { MedshareError } from './error.js';

/** Bytes as text: `0x` and two hex digits a byte, as on the chain. */
export type Hex = `0x${string}`;

export const utf8 = utf8ToBytes;

/** The bytes of `0x`-prefixed hex; of exactly this length, if one is given. */
export const fromHex = (text: string, length?: number): Uint8Array => {
  const wanted = length === undefined ? 'bytes' : `${length} bytes`;
  if (!/^0x([0-9a-f]{2})*$/i.test(text) || (length !== undefined && text.length !== 2 + 2 * length)) {
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    throw new MedshareError('Invalid', `\`${shown}\` is not ${wanted} in hex with 0x before it`);
  }
  return hexToBytes(text.slice(2));
};

export const toHex = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`;

/** A number of so many bytes, little-endian, as SCALE encodes integers of a fixed width. */
export const littleEndian = (number: bigint | number, length: number): Uint8Array => {
  if (typeof number === 'number' && !Number.isSafeInteger(number)) {
    throw new MedshareError('Invalid', `${number} is not a whole number that JavaScript can hold; give a bigint`);
  }
  const bytes = new Uint8Array(length);
  let rest = BigInt(number);
  for (let i = 0; i < length; i += 1) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) throw new MedshareError('Invalid', `${number} does not fit into ${length} bytes`);
  return bytes;
};

export const fromLittleEndian = (bytes: Uint8Array): bigint => {
  let number = 0n;
  for (let i = bytes.length - 1; i >= 0; i -= 1) number = (number << 8n) | BigInt(bytes[i] ?? 0);
  return number;
};
