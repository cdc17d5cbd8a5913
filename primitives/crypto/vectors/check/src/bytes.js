// Bytes in and out of text and numbers.

import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';

export const utf8 = utf8ToBytes;

export const fromHex = (text) => {
  if (!text.startsWith('0x')) throw new Error('hex without 0x');
  return hexToBytes(text.slice(2));
};

export const toHex = (bytes) => `0x${bytesToHex(bytes)}`;

// A number of so many bytes, little-endian, as SCALE encodes fixed-width integers.
export const littleEndian = (number, length) => {
  const bytes = new Uint8Array(length);
  let rest = BigInt(number);
  for (let i = 0; i < length; i += 1) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) throw new Error(`${number} does not fit into ${length} bytes`);
  return bytes;
};

export const fromLittleEndian = (bytes) =>
  bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
