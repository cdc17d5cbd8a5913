// Every vector of `primitives/crypto/vectors` must hold here as it does in the Rust crate, and every invalid one must be
// refused for the same reason.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  KeyPair,
  RecordKey,
  blobAddress,
  collect,
  openCommitment,
  openEnvelope,
  openSealed,
  sealKey,
  verifyPossession,
  verifySeal,
} from 'medshare-js';
import { fromHex, toHex } from '../dist/bytes.js';
import { Point, decodePoint, multiply } from '../dist/group.js';
import { commitmentHasher, parseHeader } from '../dist/header.js';
import { Transcript } from '../dist/merlin.js';
import { encodePurpose } from '../dist/seal.js';
import { wrap } from '../dist/stanza.js';

const folder = new URL('../../../primitives/crypto/vectors/', import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'));
const base64 = (text) => new Uint8Array(Buffer.from(text, 'base64'));

// What this package says where the Rust crate, or age in Rust, returns the error of this name.
const CODES = {
  DecryptionFailed: 'NotEnvelope',
  InvalidHeader: 'NotEnvelope',
  InvalidMac: 'WrongKey',
  NoMatchingKeys: 'WrongKey',
};

const refuses = async (cases, check) => {
  assert.notEqual(cases.length, 0);
  for (const { reason, error, value } of cases) {
    await assert.rejects(async () => check(value), { name: 'MedshareError', code: CODES[error] ?? error }, reason);
  }
};

const pair = (secret) => KeyPair.fromSecretBytes(fromHex(secret));

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
    assert.equal(toHex(KeyPair.fromSeed(fromHex(seed)).secretBytes()), secret);
    assert.equal(pair(secret).public, key);
  }
  for (const { name, secret, public: key } of development) {
    assert.equal(toHex(KeyPair.development(name).secretBytes()), secret);
    assert.equal(KeyPair.development(name).public, key);
  }
  await refuses(invalid_secrets, pair);
});

test('points', async () => {
  const { valid, invalid } = read('points');
  valid.forEach((point, i) => {
    assert.equal(toHex(decodePoint(point).toBytes()), point);
    assert.equal(toHex(multiply(BigInt(i + 1), Point.BASE).toBytes()), point);
  });
  await refuses(invalid, decodePoint);
});

test('possession', async () => {
  const { valid, invalid } = read('possession');
  const verify = ({ key, proof, genesis, account }) => verifyPossession(key, proof, genesis, account);
  for (const { secret, ...possession } of valid) {
    assert.equal(pair(secret).public, possession.key);
    verify(possession);
    // What this package proves holds in the same way.
    verify({ ...possession, proof: pair(secret).provePossession(possession.genesis, possession.account) });
  }
  await refuses(invalid, verify);
});

test('commitments', async () => {
  const { valid, invalid } = read('commitment');
  for (const { record_key, owner_secret, owner_key, commitment } of valid) {
    const owner = pair(owner_secret);
    assert.equal(owner.public, owner_key);
    assert.equal(openCommitment(owner, commitment).compress(), record_key);
    const another = RecordKey.fromHex(record_key).commit(owner_key);
    assert.notDeepEqual(another, commitment);
    assert.equal(openCommitment(owner, another).compress(), record_key);
  }
  await refuses(invalid, ({ owner_secret, commitment }) => openCommitment(pair(owner_secret), commitment));
});

// The vectors are written as Rust names things, and purposes as a name and a number.
const fromVector = ({ context, sealed: { c1, c2, proof } }) => {
  const { purpose, purpose_id: id } = context;
  const { challenge, response_p: responseP, response_s: responseS } = proof;
  return {
    context: {
      ...context,
      record: BigInt(context.record),
      purpose: id === undefined ? purpose : { [purpose]: BigInt(id) },
    },
    sealed: { c1, c2, proof: { challenge, responseP, responseS } },
  };
};

test('sealed keys', async () => {
  const { valid, invalid } = read('seal');
  const verify = (vector) => {
    const { context, sealed } = fromVector(vector);
    verifySeal(sealed, vector.owner_key, vector.commitment, vector.grantee_key, context);
  };
  for (const vector of valid) {
    verify(vector);
    const { context, sealed } = fromVector(vector);
    assert.equal(toHex(encodePurpose(context.purpose)), vector.purpose_bytes);
    const [owner, grantee] = [pair(vector.owner_secret), pair(vector.grantee_secret)];
    assert.equal(owner.public, vector.owner_key);
    assert.equal(grantee.public, vector.grantee_key);
    assert.equal(openCommitment(owner, vector.commitment).compress(), vector.record_key);
    assert.equal(openSealed(grantee, sealed).compress(), vector.record_key);

    const own = sealKey(owner, vector.commitment, grantee.public, context);
    assert.notEqual(own.c1, sealed.c1);
    assert.equal(openSealed(grantee, own).compress(), vector.record_key);
    verifySeal(own, owner.public, vector.commitment, grantee.public, context);
    const other = { ...context, version: (context.version ^ 1) >>> 0 };
    assert.throws(() => verifySeal(own, owner.public, vector.commitment, grantee.public, other), {
      code: 'FalseProof',
    });
  }
  await refuses(invalid, verify);
});

// Opens a file whose hash is taken to be registered: only what is in it counts.
const openFile = async (key, file, plaintext) => {
  const { blob, size } = await blobAddress(file);
  const registered = { ciphertext: blob, size, plaintext };
  const opened = await collect((sink) => openEnvelope(file, key, registered, sink));
  assert.equal(opened.result, opened.blob.size);
  return opened.blob.bytes ? opened.blob.bytes() : new Uint8Array(await opened.blob.arrayBuffer());
};

test('envelopes', async () => {
  const { wraps, files, invalid } = read('envelope');
  for (const { record_key, salt, file_key, wrapping_key, stanza } of wraps) {
    const key = RecordKey.fromHex(record_key);
    assert.equal(toHex(key.wrappingKey(fromHex(salt))), wrapping_key);
    const { args, body } = wrap(key, fromHex(file_key), fromHex(salt));
    const text = Buffer.from(body).toString('base64').replaceAll('=', '');
    assert.equal(`-> ${args.join(' ')}\n${text}\n`, stanza);
  }
  assert.notEqual(files.length, 0);
  for (const { record_key, file, document, commitment } of files) {
    const opened = await openFile(RecordKey.fromHex(record_key), base64(file), commitment);
    assert.equal(toHex(opened), document);
  }
  const anything = `0x${'00'.repeat(32)}`;
  await refuses(invalid, ({ record_key, file }) => openFile(RecordKey.fromHex(record_key), base64(file), anything));
});

test('plaintexts', async () => {
  const { valid, invalid } = read('plaintext');
  for (const { salt, document, plaintext, commitment } of valid) {
    const parsed = parseHeader(fromHex(plaintext));
    assert.equal(toHex(parsed.salt), salt);
    assert.equal(toHex(parsed.rest), document);
    assert.equal(toHex(commitmentHasher(parsed.salt).update(parsed.rest).digest()), commitment);
  }
  await refuses(invalid, (plaintext) => parseHeader(fromHex(plaintext)));
});
