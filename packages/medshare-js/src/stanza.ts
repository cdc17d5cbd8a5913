// The stanza of an envelope: what age needs to encrypt a file to a record key, and to decrypt it with one.

import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { base64nopad } from '@scure/base';
import { Stanza, type Identity, type Recipient } from 'age-encryption';
import type { RecordKey } from './record-key.js';

const TAG = 'medshare-v1';
const SALT_LENGTH = 16;
// age's file key and a tag of 16 bytes each.
const BODY_LENGTH = 32;
// The wrapping key is used once, because the salt is fresh.
const NONCE = new Uint8Array(12);

/** The stanza that wraps a file key, with a salt of 16 bytes that is used for nothing else. */
export const wrap = (key: RecordKey, fileKey: Uint8Array, salt = randomBytes(SALT_LENGTH)): Stanza => {
  const body = chacha20poly1305(key.wrappingKey(salt), NONCE).encrypt(fileKey);
  return new Stanza([TAG, base64nopad.encode(salt)], body);
};

export const recipientOf = (key: RecordKey): Recipient => ({ wrapFileKey: (fileKey) => [wrap(key, fileKey)] });

export const identityOf = (key: RecordKey): Identity => ({
  unwrapFileKey(stanzas) {
    const own = stanzas.filter(({ args }) => args[0] === TAG);
    const [stanza] = own;
    if (stanza === undefined) return null;
    // With more than one of this type it would depend on the reader which of them counts.
    const salt = own.length === 1 ? saltOf(stanza) : undefined;
    if (salt === undefined) throw new Error('an invalid medshare-v1 stanza');
    try {
      return chacha20poly1305(key.wrappingKey(salt), NONCE).decrypt(stanza.body);
    } catch {
      return null;
    }
  },
});

const saltOf = ({ args: [, argument, ...more], body }: Stanza): Uint8Array | undefined => {
  if (argument === undefined || more.length > 0 || body.length !== BODY_LENGTH) return undefined;
  try {
    const salt = base64nopad.decode(argument);
    return salt.length === SALT_LENGTH ? salt : undefined;
  } catch {
    return undefined;
  }
};
