// The stanza, with the identity that the age-encryption package needs to open a file, and the plaintext's header.

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { Decrypter } from 'age-encryption';
import { toHex, utf8 } from './bytes.js';

const TAG = 'medshare-v1';
const MAGIC = utf8('medshare/v1\n');
const NONCE = new Uint8Array(12);

export const wrappingKey = (recordKey, salt) =>
  hkdf(sha256, recordKey, salt, utf8('medshare/v1/wrap'), 32);

const base64 = (bytes) => Buffer.from(bytes).toString('base64').replaceAll('=', '');

const fromBase64 = (text) => {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (base64(bytes) !== text) throw new Error('not canonical unpadded base64');
  return bytes;
};

export const stanza = (recordKey, salt, fileKey) => {
  const body = chacha20poly1305(wrappingKey(recordKey, salt), NONCE).encrypt(fileKey);
  return `-> ${TAG} ${base64(salt)}\n${base64(body)}\n`;
};

const identity = (recordKey) => ({
  unwrapFileKey(stanzas) {
    const own = stanzas.filter(({ args }) => args[0] === TAG);
    if (own.length === 0) return null;
    const [{ args, body }] = own;
    if (own.length > 1 || args.length !== 2 || body.length !== 32) throw new Error('an invalid header');
    const salt = fromBase64(args[1]);
    if (salt.length !== 16) throw new Error('an invalid header');
    try {
      return chacha20poly1305(wrappingKey(recordKey, salt), NONCE).decrypt(body);
    } catch {
      return null;
    }
  },
});

export const openFile = (recordKey, file) => {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity(recordKey));
  return decrypter.decrypt(file);
};

export const parsePlaintext = (plaintext) => {
  const length = MAGIC.length + 32;
  if (plaintext.length < length || MAGIC.some((byte, i) => plaintext[i] !== byte)) {
    throw new Error('no medshare header');
  }
  return { salt: plaintext.slice(MAGIC.length, length), document: plaintext.slice(length) };
};

export const plaintextCommitment = (salt, document) =>
  toHex(sha256(concatBytes(utf8('medshare/v1/plaintext'), salt, document)));
