// The client of medshare-js with a real vault, and what the command makes of what medshare-js has sealed.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { account, connect, eventOf, setting } from '../src/chain.js';
import { Identity, KeyPair, VaultClient, collect, sealDocument, sealedFile } from '../src/medshare.js';
import { settle } from '../src/sale.js';
import { signerOf } from '../src/wallet.js';

const command = process.env.MEDSHARE_BIN;

const needsCommand = { skip: command ? false : 'MEDSHARE_BIN is not set' };

// Runs the command as Alice; gives what it prints.
const run = (...args) => {
  const nodes = ['--node', setting('MEDSHARE_NODE'), '--vault', setting('MEDSHARE_VAULT')];
  const ended = spawnSync(command, ['--json', '--dev', 'Alice', '--finalized', ...nodes, ...args], { encoding: 'utf8' });
  assert.equal(ended.status, 0, ended.stderr);
  return JSON.parse(ended.stdout);
};
// A folder that is there as long as a test.
const folderOf = (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'medshare-js-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
};

let api;
let vault;

before(async () => {
  ({ api } = await connect());
  vault = await VaultClient.connect(setting('MEDSHARE_VAULT'), { genesis: api.genesisHash.toHex() });
});
after(() => api?.disconnect());

test('a large blob goes to a vault in pieces, and counts against the quota', async () => {
  const signer = signerOf(account('//Dave'));
  const before = await vault.usage(signer);
  const blob = new Blob([randomBytes(20 << 20)]);
  const told = [];
  const brought = await vault.upload(signer, blob, { progress: (bytes) => told.push(bytes) });
  assert.ok(brought.created);
  assert.deepEqual(told, [16 << 20, 20 << 20]);
  // The vault's first look for what nobody needs, a minute after its start, may fall between: then it takes the blob once more.
  const again = [await vault.upload(signer, blob), await vault.upload(signer, blob)];
  assert.ok(again.some(({ created }) => !created), 'it is there already');
  assert.equal((await vault.usage(signer)).bytes - before.bytes, blob.size);
});

test('a stranger is refused by the vault, in its own words', async () => {
  const stranger = Identity.generate();
  await assert.rejects(vault.upload(stranger, new Blob(['text'])), ({ code, problem, hint }) => {
    assert.equal(code, 'Refused');
    assert.equal(problem.status, 403);
    return hint !== '';
  });
});

test('the command registers what medshare-js has sealed', needsCommand, async (t) => {
  const folder = folderOf(t);
  const document = '{"resourceType":"Observation","status":"final","code":{"text":"x"},"effectiveDateTime":"2020"}';
  const owner = KeyPair.development('Alice').public;
  const { blob, result } = await collect((sink) => sealDocument(new Blob([document]), owner, sink));
  const [envelope, description] = ['o.age', 'o.age.sealed.json'].map((name) => join(folder, name));
  writeFileSync(envelope, new Uint8Array(await blob.arrayBuffer()));
  writeFileSync(description, sealedFile(result, envelope));
  const { records: [{ record, ciphertext }] } = run('register', description, '--policy', 'general-research');
  assert.equal(ciphertext, result.ciphertext);
  const opened = join(folder, 'opened');
  run('open', `${record}`, '-o', opened);
  assert.equal(readFileSync(opened, 'utf8'), document);
});

test('the command seals a file, brings it to the vault, and gives the call that polkadot.js signs', needsCommand, async (t) => {
  const folder = folderOf(t);
  const [document, opened] = ['o.json', 'opened.json'].map((name) => join(folder, name));
  writeFileSync(document, '{"resourceType":"Observation","status":"final","code":{"text":"y"},"effectiveDateTime":"2021"}');
  const subject = `0x${randomBytes(32).toString('hex')}`;
  const permitted = ['--policy', 'health-research', '--modifier', 'non-commercial'];
  const sealed = run('seal', document, '--call-data', '--subject', subject, ...permitted);
  assert.equal(sealed.link, `#/extrinsics/decode/${sealed.call_data}`);

  // As Apps decodes what is pasted.
  const call = api.tx(api.createType('Call', sealed.call_data));
  assert.equal(`${call.method.section}.${call.method.method}`, 'records.register');
  const [its, policy, content] = call.method.args;
  assert.equal(its.toHex(), subject);
  assert.deepEqual(policy.toHuman(), { permission: 'HealthResearch', modifiers: ['NonCommercial'] });
  assert.equal(content.ciphertext.toHex(), sealed.ciphertext);

  const { record } = eventOf(await settle(api, call, account('//Alice')), 'records', 'Registered');
  run('open', `${record}`, '-o', opened);
  assert.equal(readFileSync(opened, 'utf8'), readFileSync(document, 'utf8'));
});
