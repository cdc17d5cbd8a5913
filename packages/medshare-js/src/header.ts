// What stands before the document inside an envelope, and the commitment to the document.

import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { utf8 } from './bytes.js';
import { MedshareError } from './error.js';

const MAGIC = utf8('medshare/v1\n');
const SALT_LENGTH = 32;

/** Bytes of a header: the magic line and the salt of the plaintext commitment. */
export const HEADER_LENGTH = MAGIC.length + SALT_LENGTH;

export const header = (salt: Uint8Array): Uint8Array => concatBytes(MAGIC, salt);

/** Reads the header at the beginning of a plaintext; gives its salt and what follows. */
export const parseHeader = (plaintext: Uint8Array): { salt: Uint8Array; rest: Uint8Array } => {
  if (plaintext.length < HEADER_LENGTH || MAGIC.some((byte, i) => plaintext[i] !== byte)) {
    throw new MedshareError('NotAPlaintext', 'the decrypted file does not begin with a medshare header');
  }
  return { salt: plaintext.slice(MAGIC.length, HEADER_LENGTH), rest: plaintext.subarray(HEADER_LENGTH) };
};

/** A hasher for the commitment to the document that follows a header with this salt. */
export const commitmentHasher = (salt: Uint8Array): ReturnType<typeof sha256.create> =>
  sha256.create().update(utf8('medshare/v1/plaintext')).update(salt);
