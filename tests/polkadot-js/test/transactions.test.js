// Transactions as polkadot.js makes, signs and reads them.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { merkleizeMetadata } from '@polkadot-api/merkleize-metadata';
import { u8aToHex } from '@polkadot/util';
import { Refused, account, connect, eventOf, included, send, setting } from '../src/chain.js';
import { RecordKey, VaultClient } from '../src/medshare.js';
import { signerOf } from '../src/wallet.js';

const NO_RECORD = 999_999_999;
const POLICY = { permission: 'GeneralResearch', modifiers: ['NonCommercial', 'PublicationRequired'] };

let api;
let alice;
let bob;

before(async () => {
  ({ api } = await connect());
  [alice, bob] = ['//Alice', '//Bob'].map(account);
});
after(() => api?.disconnect());

const hash = () => u8aToHex(randomBytes(32));

const keyOf = async (who) => (await api.call.medshareApi.member(who.address)).unwrap().key.toHex();

// A version as its owner submits it. The ciphertext is nowhere: the chain cannot know.
const version = async (owner) => {
  const ciphertext = hash();
  return {
    ciphertext,
    size: 1_000,
    plaintext: hash(),
    commitment: RecordKey.generate().commit(await keyOf(owner)),
    descriptor: {
      kind: 'Fhir',
      mediaType: 'application/fhir+json',
      modality: null,
      codes: [{ system: 'Loinc', code: '8302-2' }, { system: 'Loinc', code: '8867-4' }],
      counts: [{ of: 'Observation', number: 2 }],
      plaintextSize: 900,
      completeness: 75,
      period: [{ year: 2020, month: 1 }, { year: 2021, month: 12 }],
    },
    locators: [{ vault: account('//Ferdie').address, blob: ciphertext }],
  };
};

test('a provider registers a record, mortally signed, and reads it back', async () => {
  const content = await version(alice);
  const subject = hash();
  const sent = await send(api, api.tx.records.register(subject, POLICY, content), alice);

  const extrinsic = await included(api, sent);
  assert.ok(extrinsic.era.isMortalEra, 'polkadot.js signs for a limited time unless told otherwise');
  assert.equal(extrinsic.signer.toString(), alice.address);

  const registered = eventOf(sent, 'records', 'Registered');
  assert.deepEqual(registered.names, ['record', 'owner', 'ciphertext', 'deposit']);
  assert.equal(registered.owner.toString(), alice.address);
  assert.equal(registered.ciphertext.toHex(), content.ciphertext);

  const record = (await api.query.records.records(registered.record)).unwrap();
  assert.equal(record.owner.toString(), alice.address);
  const stored = (await api.query.records.versions(registered.record, 1)).unwrap();
  assert.ok(stored.status.isPending);
  assert.deepEqual(stored.content.descriptor.toHuman(), {
    kind: 'Fhir',
    mediaType: 'application/fhir+json',
    modality: null,
    codes: [{ system: 'Loinc', code: '8302-2' }, { system: 'Loinc', code: '8867-4' }],
    counts: [{ of: 'Observation', number: '2' }],
    plaintextSize: '900',
    completeness: '75',
    period: [{ year: '2,020', month: '1' }, { year: '2,021', month: '12' }],
  });
  const policy = (await api.call.medshareApi.policy(registered.record)).unwrap();
  assert.ok(policy.permission.isGeneralResearch);
  assert.deepEqual([...policy.modifiers].map(String), ['NonCommercial', 'PublicationRequired']);

  // The owner changes its mind, for ever and in one transaction with another call.
  const disease = { permission: { DiseaseResearch: { system: 'Icd10', code: 'E11' } }, modifiers: [] };
  const batch = api.tx.utility.batchAll([
    api.tx.access.setPolicy(registered.record, disease),
    api.tx.records.withdraw(registered.record),
  ]);
  const ended = await send(api, batch, alice, { era: 0 });
  assert.ok((await included(api, ended)).era.isImmortalEra);
  eventOf(ended, 'records', 'Withdrawn');
});

test('a commitment to an impossible point is refused in readable words', async () => {
  const content = await version(alice);
  content.commitment.d1 = `0x${'00'.repeat(32)}`;
  await assert.rejects(send(api, api.tx.records.register(hash(), POLICY, content), alice), (refused) => {
    assert.ok(refused instanceof Refused);
    assert.deepEqual([refused.section, refused.variant], ['records', 'InvalidCommitment']);
    return true;
  });
});

test('failures are decoded to the name and the words of the error', async () => {
  const failing = [
    [api.tx.records.withdraw(NO_RECORD), 'records', 'NoRecord'],
    [api.tx.marketplace.delist(NO_RECORD), 'marketplace', 'NotListed'],
    [api.tx.access.deny(NO_RECORD), 'access', 'NoRequest'],
  ];
  for (const [call, section, name] of failing) {
    await assert.rejects(send(api, call, bob), (refused) => {
      assert.ok(refused instanceof Refused, String(refused));
      assert.deepEqual([refused.section, refused.variant], [section, name]);
      assert.notEqual(refused.docs.join(''), '');
      return true;
    });
  }
});

test('a stranger is refused before anything is in a block', async () => {
  const stranger = account('//Nobody of this chain');
  await assert.rejects(send(api, api.tx.system.remark('0x00'), stranger), (error) => {
    assert.equal(error.code, 1010);
    assert.match(error.message, /Custom error: 1$/);
    return true;
  });
});

test('a transaction altered after it was signed is refused', async () => {
  const signed = await api.tx.system.remark('0x01').signAsync(bob);
  const bytes = signed.toU8a();
  bytes[bytes.length - 1] ^= 1;
  await assert.rejects(api.rpc.author.submitExtrinsic(u8aToHex(bytes)), /bad signature/i);
});

test('a member is told no fee within its quota, and pays none', async () => {
  const before = (await api.query.system.account(bob.address)).data.free.toBigInt();
  await send(api, api.tx.system.remark('0x02'), bob);
  assert.equal((await api.query.system.account(bob.address)).data.free.toBigInt(), before);
});

// What a device that knows nothing of this chain shows before it signs, it has checked against this hash.
const metadataHash = async () => {
  const opaque = await api.call.metadata.metadataAtVersion(15);
  return merkleizeMetadata(opaque.unwrap().toHex(), { decimals: 12, tokenSymbol: 'MDS' }).digest();
};

test('signing devices that check the metadata are served by runtimes that were built for them', async () => {
  const digest = await metadataHash();
  const signChecked = (bytes) =>
    send(api, api.tx.system.remark('0x03'), bob, { mode: 1, metadataHash: u8aToHex(bytes) });
  if (process.env.MEDSHARE_METADATA_HASH === '1') {
    const sent = await signChecked(digest);
    assert.equal((await included(api, sent)).inner.signature.mode.toNumber(), 1);
    digest[0] ^= 1;
    await assert.rejects(signChecked(digest), /bad signature/i);
  } else {
    await assert.rejects(signChecked(digest), /1011|Unknown Transaction|lookup/i);
  }
});

test('what the command sealed is brought to a vault and registered by polkadot.js alone', async () => {
  const sealed = JSON.parse(readFileSync(setting('MEDSHARE_SEALED'), 'utf8'));
  const client = await VaultClient.connect(setting('MEDSHARE_VAULT'), { genesis: api.genesisHash.toHex() });
  const { blob } = await client.upload(signerOf(alice), new Blob([readFileSync(sealed.path)]));
  assert.equal(blob, sealed.ciphertext);
  const { kind, media_type, modality, codes, counts, plaintext_size, completeness, period } = sealed.descriptor;
  const content = {
    ciphertext: sealed.ciphertext,
    size: sealed.size,
    plaintext: sealed.plaintext,
    commitment: sealed.commitment,
    descriptor: {
      kind, modality, codes, counts, completeness, period, mediaType: media_type, plaintextSize: plaintext_size,
    },
    locators: [{ vault: client.info.account, blob }],
  };
  const sent = await send(api, api.tx.records.register(hash(), POLICY, content), alice);
  const registered = eventOf(sent, 'records', 'Registered');
  assert.equal(registered.ciphertext.toHex(), sealed.ciphertext);
});
