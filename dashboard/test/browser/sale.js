// A whole sale over four roles, and a record that is rejected.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { actAs, audit, buy, go, sealAndRegister, tick } from '../support/app.js';
import { User } from '../support/browser.js';
import { ACCOUNTS } from '../support/network.js';
import { buyerBeside, panel, prepared, register } from '../support/sale.js';

/** Has Alice share a file in the browser; gives the record's number. */
const upload = (world, file) =>
  User.with(world, {}, async (user) => {
    await go(user, '/records/share');
    await actAs(user, 'Alice');
    const { page } = user;
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file' }).click();
    await (await chooser).setFiles(file);
    await page.getByText('No element in it names a person.').waitFor();
    await user.picture('provider-found');
    const record = await sealAndRegister(user);
    await user.picture('provider-registered');
    return record;
  });

/** Has an auditor open a record in the browser, check it, look at it, and vote. */
const auditRecord = (world, auditor, record, verdict) => audit(world, auditor, new RegExp(`Record ${record}, version 1`), verdict);

/** Has an auditor look at what the node's index counts of the votes. */
const seesStatistics = (world, auditor) =>
  User.with(world, {}, async (user) => {
    await go(user, '/reviews');
    await actAs(user, auditor);
    const { items } = await world.network.ask('medshare_auditorStatistics', { auditor: ACCOUNTS[auditor] });
    assert.ok(items[0].votes > 0 && items[0].approvals > 0);
    for (const [name, value] of [['Votes', items[0].votes], ['Approved', items[0].approvals], ['Missed', items[0].missed]]) {
      const figure = user.page.locator('dl div').filter({ has: user.page.getByText(name, { exact: true }) });
      await figure.getByText(`${value}`, { exact: true }).waitFor();
    }
  });

export const sale = (world) => describe('a sale', () => {
  test('goes from a provider over auditors to a buyer who opens what was sealed', async () => {
    const { network } = world;
    const file = await prepared(network, 'dicom/CT_small.dcm');
    const record = await upload(world, file);
    const auditors = await panel(network, record);
    const approve = async (page) => {
      await page.getByText('What a program can check is in order.', { exact: false }).waitFor();
      await tick(page, 'radio', 'Approve');
    };
    // Two of three agree, and it is decided.
    for (const auditor of auditors.slice(0, 2)) await auditRecord(world, auditor, record, approve);
    assert.equal((await network.cli('Alice', 'show', record)).version.status, 'Approved');
    await network.cli('Alice', 'list', record, '--price', 40);
    if (await network.hasIndex()) await seesStatistics(world, auditors[0]);

    const buyer = buyerBeside(auditors);
    const order = await User.with(world, {}, async (user) => {
      await go(user, '/market');
      await actAs(user, buyer);
      const { page } = user;
      await page.getByRole('link', { name: /Computed tomography \(CT\)/ }).first().click();
      await page.getByText('The owner permits this.').waitFor();
      await user.picture('buyer-offer');
      const placed = await buy(user);
      // Alice's agent delivers the key, and the page hears of it.
      await page.getByRole('button', { name: 'Open the record' }).click();
      await page.getByText(/^Opened: .* exactly what auditors approved/).waitFor();
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'Save the file' }).click();
      assert.deepEqual(readFileSync(await (await download).path()), readFileSync(file), 'every byte as it was sealed');
      await user.picture('buyer-opened');

      return placed;
    });

    // Everybody can read the story, also who acts as nobody.
    await User.with(world, {}, async (user) => {
      await go(user, `/explorer/order/${order}`);
      const { page } = user;
      const isTold = (await network.hasIndex())
        ? page.getByRole('listitem').filter({ hasText: /key|deliver/i }).first()
        : page.getByText('This node keeps no index, so it cannot search or tell stories.').first();
      await isTold.waitFor();
      await user.picture('explorer-order');
    });
    const { order: shown } = await network.cli(buyer, 'order', order);
    assert.equal(shown.buyer, ACCOUNTS[buyer]);
    assert.ok(shown.state.Delivered);
  });

  test('does not happen with a record that auditors reject', async () => {
    const { network } = world;
    const file = join(network.folder, 'letter.txt');
    writeFileSync(file, 'Letter about John Doe, born 4 May 1970.\n');
    const record = await register(network, file);
    const auditors = await panel(network, record);
    await auditRecord(world, auditors[0], record, async (page) => {
      await page.getByText('John Doe').first().waitFor();
      await tick(page, 'radio', 'Reject');
      await tick(page, 'checkbox', 'It identifies a person');
    });
    await network.cli(auditors[1], 'audit', 'reject', record, '--finding', 'not-deidentified');
    await User.with(world, {}, async (user) => {
      await go(user, `/market/records/${record}`);
      await user.page.getByText('This record is not on sale now.').waitFor();
    });
    assert.equal((await network.cli('Alice', 'show', record)).version.status, 'Rejected');
  });
});
