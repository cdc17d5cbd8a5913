// Identities and their key files, also together with the `medshare` command if it is built.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { verify } from '@scure/sr25519';
import { Encrypter, armor, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Identity, KeyPair, decodeAccount, encodeAccount, verifyPossession, walletSigner } from 'medshare-js';
import { fromHex, toHex } from '../dist/bytes.js';
import { command, folder, readText } from './command.js';

const PASSPHRASE = 'correct horse battery';
const QUICK = { workFactor: 2 };
const GENESIS = `0x${'11'.repeat(32)}`;

// Of the development phrase, which everybody knows, with //Alice.
const ALICE = '0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a';
const ALICE_ADDRESS = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';

const same = (one, other) => {
  assert.equal(one.address, other.address);
  assert.deepEqual(one.publicKeys, other.publicKeys);
  for (const key of one.publicKeys) {
    assert.deepEqual(one.keyPair(key).secretBytes(), other.keyPair(key).secretBytes());
  }
};

const encrypted = async (content) => {
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(2);
  return armor.encode(await encrypter.encrypt(content));
};

test('an account is that of its seed', () => {
  const alice = Identity.fromSeed(fromHex(ALICE), [KeyPair.development('Alice')]);
  assert.equal(alice.address, ALICE_ADDRESS);
  assert.equal(toHex(decodeAccount(ALICE_ADDRESS)), alice.account);
  assert.equal(encodeAccount(fromHex(alice.account)), ALICE_ADDRESS);
  assert.deepEqual(toHex(alice.seed()), ALICE);
  assert.ok(verify(new TextEncoder().encode('text'), fromHex(alice.sign('text')), fromHex(alice.account)));
  assert.throws(() => Identity.fromSeed(new Uint8Array(31)), { code: 'Invalid', message: /32 bytes, not 31/ });
});

test('development accounts are the usual ones', () => {
  const alice = Identity.development('alice');
  assert.equal(alice.address, ALICE_ADDRESS);
  assert.equal(toHex(alice.seed()), ALICE);
  assert.equal(alice.newestKey, KeyPair.development('Alice').public);
  assert.equal(Identity.development('Bob').address, '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty');
  assert.throws(() => Identity.development('Mallory'), { code: 'Invalid', message: /`Mallory`/ });
});

test('addresses that are none are refused with the reason', () => {
  const reason = (text, message) => assert.throws(() => decodeAccount(text), { code: 'Invalid', message });
  reason(`${ALICE_ADDRESS.slice(0, -1)}Z`, /checksum/);
  reason(ALICE_ADDRESS.slice(0, -4), /too long or too short/);
  reason('Alice 0', /characters/);
  reason('0x00', /not 32 bytes/);
});

test('a key file gives back what was stored, and only to who knows the passphrase', async () => {
  const identity = Identity.generate();
  const old = identity.newestKey;
  const key = identity.addKey();
  assert.deepEqual(identity.publicKeys, [key, old]);
  const file = await identity.toKeyFile(PASSPHRASE, QUICK);
  assert.ok(!file.includes(toHex(identity.seed()).slice(2)));
  same(await Identity.fromKeyFile(file, PASSPHRASE), identity);
  await assert.rejects(Identity.fromKeyFile(file, 'another horse'), { code: 'WrongPassphrase' });
  await assert.rejects(identity.toKeyFile('short'), { code: 'Invalid', message: /fewer than 8/ });
  await assert.rejects(identity.toKeyFile(PASSPHRASE, { workFactor: 21 }), { code: 'Invalid', message: /work factor/ });
});

test('other files are refused with what is wrong', async () => {
  const refused = async (file, message) =>
    assert.rejects(Identity.fromKeyFile(await file, PASSPHRASE), { code: 'BadKeyFile', message });
  const whole = await Identity.generate().toKeyFile(PASSPHRASE, QUICK);
  await refused('something else', /no armored age file/);
  await refused(whole.slice(0, whole.length / 2), /no armored age file/);
  const [head, ...lines] = whole.split('\n');
  const third = lines[3].startsWith('A') ? `B${lines[3].slice(1)}` : `A${lines[3].slice(1)}`;
  await refused([head, ...lines.with(3, third)].join('\n'), /this key file cannot be used/);
  await refused('-'.repeat(2 ** 20 + 1), /more than 1048576 characters/);
  const seed = '01'.repeat(32);
  await refused(encrypted('{'), /content is damaged/);
  await refused(encrypted('null'), /of version undefined/);
  await refused(encrypted(JSON.stringify({ version: 2, seed, encryption: [seed] })), /of version 2/);
  await refused(encrypted(JSON.stringify({ version: 1, seed: '00', encryption: [seed] })), /seed/);
  for (const encryption of [undefined, [], ['00'], ['00'.repeat(32)]]) {
    await refused(encrypted(JSON.stringify({ version: 1, seed, encryption })), /encryption keys/);
  }
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(await generateX25519Identity()));
  await refused(armor.encode(await encrypter.encrypt('{}')), /not encrypted with a passphrase/);
});

test('nothing prints a secret', async () => {
  const identity = Identity.generate();
  const secrets = [identity.seed(), identity.keyPair(identity.newestKey).secretBytes()].map((s) => toHex(s).slice(2));
  for (const shown of [inspect(identity, { depth: 9, showHidden: true }), JSON.stringify(identity), String(identity)]) {
    for (const secret of secrets) assert.ok(!shown.includes(secret));
  }
});

test('an application proves possession, for one chain and account', () => {
  const { account, key, proof } = Identity.generate().application(GENESIS);
  verifyPossession(key, proof, GENESIS, account);
  assert.throws(() => verifyPossession(key, proof, `0x${'22'.repeat(32)}`, account), { code: 'FalseProof' });
  assert.throws(() => verifyPossession(key, proof, GENESIS, ALICE_ADDRESS), { code: 'FalseProof' });
});

test('a key that is not there is named', () => {
  const foreign = KeyPair.generate().public;
  assert.throws(() => Identity.generate().keyPair(foreign), { code: 'MissingKey', message: new RegExp(foreign) });
});

test('a wallet that signs no texts is told apart', async () => {
  const signer = walletSigner(ALICE_ADDRESS, {});
  await assert.rejects(async () => signer.sign('text'), { code: 'Invalid', message: /signs no texts/ });
});

// The command opens what this package wrote, and this package what the command made of it.
test('key files are those of the command', { skip: command.missing }, async (t) => {
  const dir = folder(t);
  const identity = Identity.generate();
  identity.addKey();
  const [ours, theirs] = [dir('ours.age'), dir('theirs.age')];
  dir.write('ours.age', await identity.toKeyFile(PASSPHRASE, { workFactor: 12 }));
  command.run(['--key-file', ours, 'keys', 'export', '--output', theirs], { MEDSHARE_PASSPHRASE: PASSPHRASE });
  same(await Identity.fromKeyFile(readText(theirs), PASSPHRASE), identity);
  const wrong = command.fail(['--key-file', ours, 'keys', 'export', '--output', dir('no.age')], {
    MEDSHARE_PASSPHRASE: 'another horse',
  });
  assert.match(wrong, /passphrase/);
});
