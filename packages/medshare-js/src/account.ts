// Accounts: 32 bytes, which people write as SS58 and this package as hex.

import { blake2b } from '@noble/hashes/blake2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { base58 } from '@scure/base';
import { fromHex, utf8 } from './bytes.js';
import { MedshareError } from './error.js';

/** The prefix of addresses of chains that have none of their own. */
const GENERIC = 42;

const checksum = (payload: Uint8Array): Uint8Array =>
  blake2b(concatBytes(utf8('SS58PRE'), payload)).slice(0, 2);

/**
 * The 32 bytes of an account, which is an SS58 address of any prefix or `0x`-prefixed hex.
 *
 * @throws {MedshareError} `Invalid` if it is neither, or its checksum is wrong.
 */
export const decodeAccount = (text: string): Uint8Array => {
  if (text.startsWith('0x')) return fromHex(text, 32);
  const invalid = (reason: string): MedshareError =>
    new MedshareError('Invalid', `\`${text}\` is neither an SS58 address nor 32 bytes in hex: ${reason}`);
  let bytes: Uint8Array;
  try {
    bytes = base58.decode(text);
  } catch {
    throw invalid('it has characters that an address does not have');
  }
  // Prefixes from 64 on take two bytes.
  const prefix = (bytes[0] ?? 0) & 0b0100_0000 ? 2 : 1;
  if (bytes.length !== prefix + 32 + 2) throw invalid('it is too long or too short');
  const payload = bytes.subarray(0, -2);
  const [first, second] = checksum(payload);
  if (bytes.at(-2) !== first || bytes.at(-1) !== second) throw invalid('its checksum is wrong');
  return payload.slice(prefix);
};

/** The SS58 address of an account's 32 bytes, with the generic prefix 42. */
export const encodeAccount = (account: Uint8Array): string => {
  if (account.length !== 32) throw new MedshareError('Invalid', `an account has 32 bytes, not ${account.length}`);
  const payload = concatBytes(Uint8Array.of(GENERIC), account);
  return base58.encode(concatBytes(payload, checksum(payload)));
};
