// What providers do by hand: take out what names a person, sell, deliver a key, and decide who may have access.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { actAs, drop, go, isFinal, sealAndRegister } from '../support/app.js';
import { User } from '../support/browser.js';
import { ACCOUNTS } from '../support/network.js';
import { buyerBeside, decide, fixture, panel, register } from '../support/sale.js';

const DAY = 86_400_000;

/** MDS in the smallest unit, as the node and the command write amounts. */
const mds = (amount) => `${amount}000000000000`;

/** All names of people in a FHIR bundle, each once. */
const namesIn = (bundle) => {
  const people = JSON.parse(bundle).entry.flatMap(({ resource: { name } }) => (Array.isArray(name) ? name : []));
  return [...new Set(people.flatMap(({ family, given }) => [family, ...given]))];
};

/** Opens one of Alice's pages for her, and does something there. */
const asAlice = (world, path, act) =>
  User.with(world, {}, async (user) => {
    await go(user, path);
    await actAs(user, 'Alice');
    await act(user, user.page);
  });

/** What there is about one thing in a list or a table: the entry with a link of that name. */
const entry = ({ page }, role, link) => page.getByRole(role).filter({ has: page.getByRole('link', { name: link, exact: true }) });

export const provider = (world) => describe('a provider', () => {
  let record;
  let file;
  let buyer;
  const askers = [];

  const open = (who, path) => world.network.cli(who, 'open', record, '--output', join(world.network.folder, path));
  const grantOf = (who) => world.network.ask('medshare_grant', record, 1, ACCOUNTS[who]);
  /** Whether the vault may serve the record to somebody, by what is final. */
  const mayFetch = (who) => world.network.ask('medshare_mayFetch', ACCOUNTS[who], record, 1);

  /** Has somebody ask for access; gives the request's number. */
  const askedBy = async (who) => {
    const { request } = await world.network.cli(who, 'request', record, '--use', 'biomedical-research');
    return request;
  };
  /** The numbers of the requests that wait for Alice. */
  const waiting = async () => (await world.network.ask('medshare_requestsOf', ACCOUNTS.Alice)).map(({ id }) => id);

  /** The row of somebody's grant in the list of grants. */
  const grantRow = (user, who) =>
    entry(user, 'row', who).filter({ has: user.page.getByRole('link', { name: `Record ${record}`, exact: true }) });

  before(async () => {
    const { network } = world;
    file = join(network.folder, 'ward.txt');
    writeFileSync(file, 'What the ward needs in a week.\n');
    record = await register(network, file);
    const voters = await decide(network, record, 'approve');
    buyer = buyerBeside(voters);
    for (let number = 0; number < 2; number += 1) askers.push(buyerBeside(voters, buyer, ...askers));
  });

  test('drops a file that names people, has them taken out, and registers what is left', async () => {
    const { network } = world;
    const original = fixture('fhir/atencio.json');
    const names = namesIn(readFileSync(original, 'utf8'));
    assert.ok(names.includes('Atencio'), 'the file names its patient');
    await asAlice(world, '/records/share', async (user, page) => {
      await drop(user, page.getByText('Drop a file here'), original);
      await page.getByText('It identifies a person', { exact: true }).waitFor();
      await page.getByText(/^Identifies \(\d+\)$/).click();
      await page.getByRole('listitem').filter({ hasText: 'Patient.name: ' }).waitFor();
      const register = page.getByRole('button', { name: 'Seal and register' });
      assert.equal(await register.isDisabled(), true, 'what identifies somebody is not sealed unasked');
      await user.accessible('a file with findings');
      await user.picture('provider-identifies');

      const deidentify = page.getByRole('button', { name: 'De-identify' });
      assert.equal(await deidentify.isDisabled(), true, 'without a secret there are no pseudonyms');
      const saved = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Make a new one and save it' }).click();
      assert.match(readFileSync(await (await saved).path(), 'utf8'), /^[0-9a-f]{64}\n$/);
      await page.getByRole('button', { name: 'It is saved: use it' }).click();
      await deidentify.click();
      await page.getByText(/^A copy was made with \d+ changes\.$/).waitFor();
      await page.getByText('No element in it names a person.').waitFor();
      await user.picture('provider-deidentified');

      const shared = await sealAndRegister(user);
      const { owner } = await network.ask('medshare_record', shared);
      assert.equal(owner, ACCOUNTS.Alice);
      const { content } = await network.ask('medshare_recordVersion', shared, 1);
      const path = join(network.folder, 'shared.json');
      // Which compares what it opens with the commitment that the chain has.
      await network.cli('Alice', 'open', shared, '--output', path);
      const plaintext = readFileSync(path);
      assert.deepEqual([content.descriptor.kind, content.descriptor.plaintext_size], ['Fhir', plaintext.length]);
      const text = plaintext.toString('utf8');
      assert.equal(JSON.parse(text).resourceType, 'Bundle');
      assert.deepEqual(names.filter((name) => text.includes(name)), []);
      assert.equal((await network.cli('Alice', 'check', path)).clean, true);
      // Until its auditors have their keys the agent sends for Alice, too.
      assert.equal((await panel(network, shared)).length, 3);
    });
  });

  test('puts a record on sale, changes its price, and takes it off sale', async () => {
    const { network } = world;
    const listed = () => network.ask('medshare_listing', record);
    assert.equal(await listed(), null);
    await asAlice(world, `/records/${record}`, async (user, page) => {
      const price = page.getByRole('textbox', { name: 'Price (MDS)' });
      const list = page.getByRole('button', { name: 'Put on sale' });
      await price.fill('a lot');
      await page.getByText('This is no amount', { exact: false }).waitFor();
      assert.equal(await list.isDisabled(), true);
      await price.fill('12.5');
      await page.getByRole('textbox', { name: 'How long a buyer may fetch it, in days' }).fill('30');
      await list.click();
      await page.getByText(/^On sale for 12\.5.MDS/).waitFor();
      const { version, seller, price: asked, terms } = await listed();
      assert.deepEqual([version, seller, asked, terms.duration], [1, ACCOUNTS.Alice, '12500000000000', 30 * DAY]);
      await isFinal(user);
      await user.picture('provider-listed');

      await price.fill('20');
      await page.getByRole('button', { name: 'Change the price' }).click();
      await page.getByText(/^On sale for 20.MDS/).waitFor();
      const repriced = await listed();
      assert.deepEqual([repriced.price, repriced.terms.duration], [mds(20), 30 * DAY], 'only the price is another');
      await isFinal(user);

      await page.getByRole('button', { name: 'Take off sale' }).click();
      await list.waitFor();
      assert.equal(await listed(), null);
      await isFinal(user);
      await go(user, `/market/records/${record}`);
      await page.getByText('This record is not on sale now.').waitFor();
    });
  });

  test('delivers by hand the key of an order, is paid, and the buyer opens the record', async () => {
    const { network } = world;
    await network.cli('Alice', 'list', record, '--price', 10);
    await network.withoutAgent('Alice', async () => {
      const { order } = await network.cli(buyer, 'buy', record, '--use', 'biomedical-research');
      const { free } = await network.cli('Alice', 'balance');
      assert.equal(await grantOf(buyer), null, 'who has paid has no key before it is delivered');
      await asAlice(world, '/records/sales', async (user, page) => {
        const due = page.getByRole('listitem').filter({ hasText: `Order ${order}: the buyer of record ${record} has paid` });
        await due.waitFor();
        await user.accessible('sales with a key that is due');
        await user.picture('provider-due');
        await due.getByRole('button', { name: 'Deliver the key' }).click();
        await due.waitFor({ state: 'detached' });
        await entry(user, 'listitem', `Order ${order}`).getByText('Delivered', { exact: true }).waitFor();
        await isFinal(user);
        await user.picture('provider-delivered');

        await go(user, '/records/access');
        const sold = grantRow(user, buyer);
        await sold.getByText('bought').waitFor();
        await sold.getByText(`Stays while money of order ${order} is on hold`).waitFor();
        await sold.getByText('no set time').waitFor();
        assert.equal(await sold.getByRole('button').count(), 0, 'what was just sold cannot be revoked');
        await user.picture('provider-sold');
      });
      const { state, price, retained, fee } = await network.ask('medshare_order', order);
      assert.ok(state.Delivered);
      const { free: then } = await network.cli('Alice', 'balance');
      assert.equal(BigInt(then) - BigInt(free), BigInt(price) - BigInt(retained) - BigInt(fee));
      assert.deepEqual((await grantOf(buyer)).basis, { Order: order });
      await open(buyer, 'bought.txt');
      assert.deepEqual(readFileSync(join(network.folder, 'bought.txt')), readFileSync(file));
    });
    await network.cli('Alice', 'delist', record);
  });

  test('grants a request for access for some days, and takes the grant back', async () => {
    const { network } = world;
    const [asker] = askers;
    const request = await askedBy(asker);
    await asAlice(world, '/records/access', async (user, page) => {
      const asked = entry(user, 'listitem', asker);
      await asked.getByText('asks for', { exact: false }).waitFor();
      const days = asked.getByRole('textbox', { name: 'For how many days' });
      await days.fill('some');
      await asked.getByText('This is no number of days.').waitFor();
      assert.equal(await asked.getByRole('button', { name: 'Grant' }).isDisabled(), true);
      await days.fill('30');
      await user.accessible('a request for access');
      await user.picture('provider-request');
      await asked.getByRole('button', { name: 'Grant' }).click();
      await asked.waitFor({ state: 'detached' });
      await isFinal(user);
      assert.ok(!(await waiting()).includes(request));
      const grant = await grantOf(asker);
      assert.deepEqual([grant.basis, grant.revoked], [{ Request: request }, null]);
      // From when the page asked for the chain's time, which is not after the grant.
      const span = grant.expires - grant.at;
      assert.ok(span > 29 * DAY && span <= 30 * DAY, `it lasts for ${span / DAY} days`);
      assert.equal((await mayFetch(asker)).Allowed.basis, 'Grant');
      await open(asker, 'granted.txt');
      assert.deepEqual(readFileSync(join(network.folder, 'granted.txt')), readFileSync(file));

      const given = grantRow(user, asker);
      await given.getByText('in force').waitFor();
      await user.accessible('grants');
      await user.picture('provider-granted');
      await given.getByRole('button', { name: 'Revoke' }).click();
      const asks = page.getByRole('dialog', { name: 'Revoke this grant?' });
      await asks.getByText(`Record ${record}, version 1, ${asker}`).waitFor();
      await user.picture('provider-revoke-asked');
      await asks.getByRole('button', { name: 'Cancel' }).click();
      await asks.waitFor({ state: 'detached' });
      assert.equal((await grantOf(asker)).revoked, null, 'nothing is revoked before it is confirmed');
      await given.getByRole('button', { name: 'Revoke' }).click();
      await asks.getByRole('button', { name: 'Revoke' }).click();
      await given.getByText('revoked').waitFor();
      await isFinal(user);
      assert.ok((await grantOf(asker)).revoked >= grant.at);
      assert.deepEqual(await mayFetch(asker), { Refused: 'Revoked' });
      await assert.rejects(open(asker, 'revoked.txt'), /the grant has been revoked/);
      await user.picture('provider-revoked');

      await given.getByRole('button', { name: 'Clear' }).click();
      await given.waitFor({ state: 'detached' });
      assert.equal(await grantOf(asker), null);
    });
  });

  test('denies a request for access, and who asked has its deposit again', async () => {
    const { network } = world;
    const asker = askers[1];
    const { held } = await network.cli(asker, 'balance');
    const request = await askedBy(asker);
    assert.ok(BigInt((await network.cli(asker, 'balance')).held) > BigInt(held));
    assert.ok((await waiting()).includes(request));
    await asAlice(world, '/records/access', async (user) => {
      const asked = entry(user, 'listitem', asker);
      await asked.getByRole('button', { name: 'Deny' }).click();
      await asked.waitFor({ state: 'detached' });
      await isFinal(user);
      assert.ok(!(await waiting()).includes(request));
      assert.equal(await grantOf(asker), null);
      assert.deepEqual(await mayFetch(asker), { Refused: 'NoGrant' });
      assert.equal((await network.cli(asker, 'balance')).held, held);
      await user.picture('provider-denied');
    });
  });
});
