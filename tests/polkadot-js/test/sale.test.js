// A whole sale through `@polkadot/api`, as a provider makes it who has a browser and nothing else: sealed, registered,
// reviewed, listed, ordered, delivered and opened, without the command and without an agent.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { u8aToHex } from '@polkadot/util';
import { account, connect, eventOf, Refused, send, setting } from '../src/chain.js';
import { KeyPair, VaultClient, collect, describe, newVersion, sealDocument, sealKey } from '../src/medshare.js';
import { NAMES, approve, context, drawn, fetchAndOpen, keysFor, nameOf, settle } from '../src/sale.js';
import { signerOf } from '../src/wallet.js';

// Nobody else delivers keys for this one.
const PROVIDER = 'Charlie';
const PRICE = 25_000_000_000_000n;
const TERMS = { licence: null, duration: null };
const PURPOSE = {
  use: 'BiomedicalResearch',
  commercial: false,
  forProfit: false,
  ethicsApproval: true,
  willPublish: true,
};
const VERSION = 1;
const SEATS = 3;

// Observations of nobody, as coarse as de-identified ones.
const DOCUMENT = Array.from({ length: 200 }, (_, i) =>
  JSON.stringify({
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    effectiveDateTime: `${2010 + (i % 10)}`,
    valueQuantity: { value: 60 + (i % 40), unit: '/min' },
  }),
).join('\n');

let api;
let vault;

before(async () => {
  ({ api } = await connect());
  vault = await VaultClient.connect(setting('MEDSHARE_VAULT'), { genesis: api.genesisHash.toHex() });
});
after(() => api?.disconnect());

test('a provider sells a file with a browser alone', async (t) => {
  const provider = account(`//${PROVIDER}`);
  const providerKey = KeyPair.development(PROVIDER);

  // Sealed to the key that the chain has, brought to a vault, registered.
  const registeredKey = (await api.call.medshareApi.member(provider.address)).unwrap().key.toHex();
  assert.equal(registeredKey, providerKey.public);
  const document = new Blob([DOCUMENT]);
  const { blob: envelope, result: sealed } = await collect((sink) => sealDocument(document, registeredKey, sink));
  const { blob } = await vault.upload(signerOf(provider), envelope);
  const content = newVersion(sealed, [{ vault: vault.info.account, blob }]);
  const policy = { permission: 'GeneralResearch', modifiers: [] };
  const subject = u8aToHex(randomBytes(32));
  const sent = await send(api, api.tx.records.register(subject, policy, content), provider);
  const record = eventOf(sent, 'records', 'Registered').record.toBigInt();

  // The panel gets its keys from the provider, and each key is what the chain was promised.
  const review = await drawn(api, record, VERSION, SEATS);
  const subjectOfReview = { Record: { record, version: VERSION } };
  const keys = keysFor(api, providerKey, review);
  const swapped = keys.map(([auditor], i) => [auditor, keys[(i + 1) % keys.length][1]]);
  await assert.rejects(send(api, api.tx.audits.deliverKeys(subjectOfReview, swapped), provider), Refused);
  await settle(api, api.tx.audits.deliverKeys(subjectOfReview, keys), provider);

  // Auditors open what they were given, come to the same descriptor, and approve.
  const auditors = review.panel.map(({ auditor }) => nameOf(auditor));
  const { panel } = (await api.call.medshareApi.review(subjectOfReview)).unwrap();
  for (const [i, name] of auditors.slice(0, 2).entries()) {
    const auditor = account(`//${name}`);
    const key = panel[i].sealed.unwrap();
    const opened = await fetchAndOpen(api, vault, auditor, KeyPair.development(name), key, record, VERSION);
    assert.equal(await opened.document.text(), DOCUMENT);
    const { descriptor } = await describe(opened.document);
    assert.equal(descriptor.plaintext_size, DOCUMENT.length);
    assert.deepEqual(opened.descriptor.counts.map(({ of, number }) => ({ of, number })), descriptor.counts);
    await approve(api, auditor, record, VERSION);
  }

  // Listed, ordered, delivered: the money moves with the key.
  await send(api, api.tx.marketplace.list(record, VERSION, PRICE, TERMS), provider);
  const name = NAMES.find((free) => free !== PROVIDER && free !== 'Ferdie' && !auditors.includes(free));
  const buyer = account(`//${name}`);
  const placed = await send(api, api.tx.marketplace.order(record, VERSION, PRICE, TERMS, PURPOSE), buyer);
  const order = eventOf(placed, 'marketplace', 'Ordered').order.toBigInt();
  const { buyerKey } = (await api.call.medshareApi.order(order)).unwrap();
  const statement = { ...context(api, record, VERSION), grantee: buyer.address, purpose: { order } };
  const wrong = sealKey(providerKey, sealed.commitment, buyerKey.toHex(), { ...statement, purpose: { order: order + 1n } });
  await assert.rejects(send(api, api.tx.marketplace.deliver(order, wrong), provider), Refused);
  const money = async () => (await api.query.system.account(provider.address)).data.free.toBigInt();
  const had = await money();
  const right = sealKey(providerKey, sealed.commitment, buyerKey.toHex(), statement);
  const delivered = await settle(api, api.tx.marketplace.deliver(order, right), provider);
  const { paid } = eventOf(delivered, 'marketplace', 'Delivered');
  assert.ok(paid.toBigInt() > 0n);
  assert.equal((await money()) - had, paid.toBigInt());

  // The buyer opens what was bought: here, and with the command if it is there.
  const grant = (await api.call.medshareApi.grant(record, VERSION, buyer.address)).unwrap();
  const bought = await fetchAndOpen(api, vault, buyer, KeyPair.development(name), grant.sealed, record, VERSION);
  assert.equal(await bought.document.text(), DOCUMENT);
  if (process.env.MEDSHARE_BIN) {
    const folder = mkdtempSync(join(tmpdir(), 'medshare-sale-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'opened');
    const nodes = ['--node', setting('MEDSHARE_NODE'), '--vault', setting('MEDSHARE_VAULT')];
    const run = (who, ...args) =>
      spawnSync(process.env.MEDSHARE_BIN, ['--json', '--dev', who, ...nodes, ...args], { encoding: 'utf8' });
    const ended = run(name, 'open', `${record}`, '-o', path);
    assert.equal(ended.status, 0, ended.stderr);
    assert.equal(readFileSync(path, 'utf8'), DOCUMENT);
    const checked = run(auditors[2], 'audit', 'check', `${record}`);
    assert.equal(checked.status, 0, checked.stderr);
    assert.equal(JSON.parse(checked.stdout).verdict, 'Approve');
  }

  // What is listed anybody may fetch, to see that it is there; who bought nothing opens nothing.
  const other = NAMES.find((free) => ![PROVIDER, name, 'Ferdie', ...auditors].includes(free));
  const opening = fetchAndOpen(api, vault, account(`//${other}`), KeyPair.development(other), grant.sealed, record, VERSION);
  await assert.rejects(opening, { code: 'WrongKey' });
});
