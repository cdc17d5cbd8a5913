// Every vector must hold, and every invalid one must be refused.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fromHex, toHex } from '../src/bytes.js';
import { openFile, parsePlaintext, plaintextCommitment, stanza, wrappingKey } from '../src/envelope.js';
import { BASE, decodePoint, decodeSecret, multiply } from '../src/group.js';
import { Transcript } from '../src/merlin.js';
import {
  developmentSecret,
  encodePurpose,
  openCommitment,
  openSealed,
  publicKey,
  secretFromSeed,
  verifyPossession,
  verifySeal,
} from '../src/protocol.js';

const read = (name) => JSON.parse(readFileSync(new URL(`../../${name}.json`, import.meta.url), 'utf8'));
const base64 = (text) => new Uint8Array(Buffer.from(text, 'base64'));

// What this implementation says where the Rust one returns the error of this name.
const MESSAGES = {
  DecryptionFailed: /invalid tag/,
  FalseProof: /a false proof/,
  IdentityPoint: /the identity/,
  InvalidHeader: /an invalid header|not canonical unpadded base64/,
  InvalidMac: /invalid header HMAC/,
  NoMatchingKeys: /no identity matched/,
  NoRecordKey: /no record key/,
  NonCanonicalPoint: /invalid ristretto255 encoding/,
  NonCanonicalScalar: /not below the group order/,
  NotAPlaintext: /no medshare header/,
  ZeroSecret: /a secret of zero/,
};

const refuses = async (cases, check) => {
  assert.notEqual(cases.length, 0);
  for (const { reason, error, value } of cases) {
    await assert.rejects(async () => check(value), { message: MESSAGES[error] }, reason);
  }
};

test('the transcript is the one of the merlin crate', () => {
  const transcript = new Transcript('test protocol');
  transcript.append('some label', Buffer.from('some data'));
  assert.equal(
    toHex(transcript.challenge('challenge', 32)),
    '0xd5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615',
  );
});

test('keys', async () => {
  const { from_seed, development, invalid_secrets } = read('keys');
  for (const { seed, secret, public: key } of from_seed) {
    assert.equal(secretFromSeed(fromHex(seed)), decodeSecret(secret));
    assert.equal(publicKey(decodeSecret(secret)), key);
  }
  for (const { name, secret, public: key } of development) {
    assert.equal(developmentSecret(name), decodeSecret(secret));
    assert.equal(publicKey(decodeSecret(secret)), key);
  }
  await refuses(invalid_secrets, decodeSecret);
});

test('points', async () => {
  const { valid, invalid } = read('points');
  valid.forEach((point, i) => {
    assert.equal(toHex(decodePoint(point).toBytes()), point);
    assert.equal(toHex(multiply(BigInt(i + 1), BASE).toBytes()), point);
  });
  await refuses(invalid, decodePoint);
});

test('possession', async () => {
  const { valid, invalid } = read('possession');
  for (const { secret, ...possession } of valid) {
    assert.equal(publicKey(decodeSecret(secret)), possession.key);
    verifyPossession(possession);
  }
  await refuses(invalid, verifyPossession);
});

test('commitments', async () => {
  const { valid, invalid } = read('commitment');
  for (const { record_key, owner_secret, owner_key, commitment } of valid) {
    assert.equal(publicKey(decodeSecret(owner_secret)), owner_key);
    assert.equal(openCommitment(owner_secret, commitment), record_key);
  }
  await refuses(invalid, ({ owner_secret, commitment }) => openCommitment(owner_secret, commitment));
});

test('sealed keys', async () => {
  const { valid, invalid } = read('seal');
  for (const { owner_secret, grantee_secret, record_key, purpose_bytes, ...seal } of valid) {
    verifySeal(seal);
    assert.equal(toHex(encodePurpose(seal.context)), purpose_bytes);
    assert.equal(publicKey(decodeSecret(owner_secret)), seal.owner_key);
    assert.equal(publicKey(decodeSecret(grantee_secret)), seal.grantee_key);
    assert.equal(openCommitment(owner_secret, seal.commitment), record_key);
    assert.equal(openSealed(grantee_secret, seal.sealed), record_key);
  }
  await refuses(invalid, verifySeal);
});

test('envelopes', async () => {
  const { wraps, files, invalid } = read('envelope');
  for (const wrap of wraps) {
    const [key, salt, fileKey] = [wrap.record_key, wrap.salt, wrap.file_key].map(fromHex);
    assert.equal(toHex(wrappingKey(key, salt)), wrap.wrapping_key);
    assert.equal(stanza(key, salt, fileKey), wrap.stanza);
  }
  assert.notEqual(files.length, 0);
  for (const { record_key, file, document, commitment } of files) {
    const opened = parsePlaintext(await openFile(fromHex(record_key), base64(file)));
    assert.equal(toHex(opened.document), document);
    assert.equal(plaintextCommitment(opened.salt, opened.document), commitment);
  }
  await refuses(invalid, ({ record_key, file }) => openFile(fromHex(record_key), base64(file)));
});

test('plaintexts', async () => {
  const { valid, invalid } = read('plaintext');
  for (const { salt, document, plaintext, commitment } of valid) {
    const parsed = parsePlaintext(fromHex(plaintext));
    assert.equal(toHex(parsed.salt), salt);
    assert.equal(toHex(parsed.document), document);
    assert.equal(plaintextCommitment(parsed.salt, parsed.document), commitment);
  }
  await refuses(invalid, (plaintext) => parsePlaintext(fromHex(plaintext)));
});
