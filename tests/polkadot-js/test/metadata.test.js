// What polkadot.js learns of the chain by itself, and shows.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { account, connect } from '../src/chain.js';
import { calls, errors, events, ourPallets, text, unreadable } from '../src/shape.js';

let api;
let warnings;

before(async () => {
  ({ api, warnings } = await connect());
});
after(() => api?.disconnect());

const undocumented = (list) => list.filter(([, docs]) => text(docs) === '').map(([name]) => name);

test('the chain is known by its name, its token and the form of its addresses', () => {
  assert.equal(api.runtimeVersion.specName.toString(), 'medshare');
  assert.deepEqual(api.registry.chainTokens, ['MDS']);
  assert.deepEqual(api.registry.chainDecimals, [12]);
  assert.equal(api.registry.chainSS58, 42);
});

test('of the extensions only CheckMember is unknown, which carries and signs nothing', () => {
  const unknown = warnings.filter((warning) => warning.includes('extensions'));
  assert.equal(unknown.length, 1, unknown.join('\n'));
  assert.match(unknown[0], /Unknown signed extensions CheckMember found, treating them as no-effect/);
  const { transactionExtensions } = api.runtimeMetadata.asLatest.extrinsic;
  const own = transactionExtensions.find(({ identifier }) => identifier.eq('CheckMember'));
  for (const id of [own.type, own.implicit]) {
    assert.equal(api.registry.createTypeUnsafe(`Lookup${id}`, []).toU8a().length, 0);
  }
});

test('nothing else is warned about but methods and versions of runtime interfaces', () => {
  const harmless = /RPC methods not decorated|Not decorating (unknown )?runtime apis|Unknown signed extensions/;
  assert.deepEqual(warnings.filter((warning) => !harmless.test(warning)), []);
});

test('the pallets of this project are there', () => {
  const names = ourPallets(api).map(({ name }) => name.toString());
  for (const name of ['Members', 'Records', 'Access', 'Audits', 'Marketplace', 'Credit']) {
    assert.ok(names.includes(name), `${name} in ${names}`);
  }
});

test('every call says who may send it, what it checks, and what it does', () => {
  const list = ourPallets(api).flatMap((pallet) =>
    calls(api, pallet).map((call) => [`${pallet.name}.${call.name}`, call.docs]));
  assert.ok(list.length > 40, `${list.length} calls`);
  assert.deepEqual(undocumented(list), []);
  assert.deepEqual(list.filter(([, docs]) => !text(docs).includes('Origin')).map(([name]) => name), []);
});

test('every argument of a call has a name and a type, all the way down', () => {
  const found = ourPallets(api).flatMap((pallet) =>
    calls(api, pallet).flatMap((call) => unreadable(api, call.fields, `${pallet.name}.${call.name}`)));
  assert.deepEqual(found, []);
});

test('every event is documented and has named fields', () => {
  const list = ourPallets(api).flatMap((pallet) =>
    events(api, pallet).map((event) => [`${pallet.name}.${event.name}`, event.docs, event.fields]));
  assert.ok(list.length > 40, `${list.length} events`);
  assert.deepEqual(undocumented(list), []);
  assert.deepEqual(list.flatMap(([name, , fields]) => unreadable(api, fields, name)), []);
  const silent = list.flatMap(([name, , fields]) =>
    fields.filter(({ docs }) => text(docs) === '').map((field) => `${name}.${field.name.unwrap()}`));
  assert.deepEqual(silent, []);
});

test('every error says what is wrong', () => {
  const list = ourPallets(api).flatMap((pallet) =>
    errors(api, pallet).map((error) => [`${pallet.name}.${error.name}`, error.docs]));
  assert.ok(list.length > 40, `${list.length} errors`);
  assert.deepEqual(undocumented(list), []);
});

test('every storage item and constant is documented', () => {
  const list = ourPallets(api).flatMap((pallet) => [
    ...(pallet.storage.isSome ? pallet.storage.unwrap().items : []),
    ...pallet.constants,
  ].map((item) => [`${pallet.name}.${item.name}`, item.docs]));
  assert.deepEqual(undocumented(list), []);
});

test('the questions of the runtime interface can be asked without describing them', async () => {
  const { medshareApi } = api.call;
  assert.ok(medshareApi, `among ${Object.keys(api.call)}`);
  const silent = Object.entries(medshareApi).filter(([, { meta }]) => !meta.description).map(([name]) => name);
  assert.deepEqual(silent, []);
  const member = (await medshareApi.member(account('//Bob').address)).unwrap();
  assert.ok(member.status.isActive);
});
