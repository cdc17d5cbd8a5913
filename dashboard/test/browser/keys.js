// Who is new: makes a key file that the command reads, too, and an application with it. And who asks for access without a price.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { actAs, go, isFinal } from '../support/app.js';
import { User } from '../support/browser.js';
import { ACCOUNTS } from '../support/network.js';
import { programs } from '../support/program.js';
import { buyerBeside, decide, register } from '../support/sale.js';

const PASSPHRASE = 'correct horse';

/** What the page says of the open key file under a name. */
const fact = ({ page }, name) => page.locator('dt', { hasText: name }).locator('xpath=following-sibling::dd[1]');

/** What `medshare keys show` says of a key file. */
const shownBy = (network, file) => {
  const { status, stdout, stderr } = spawnSync(
    join(programs(), 'medshare'),
    ['--json', '--node', network.node, '--key-file', file, 'keys', 'show'],
    {
      env: { PATH: process.env.PATH, HOME: network.folder, MEDSHARE_HOME: network.folder, MEDSHARE_PASSPHRASE: PASSPHRASE },
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
};

export const keys = (world) => describe('who is new', () => {
  test('makes a key file and an application, and the command reads the same file', async () => {
    const { network } = world;
    const file = join(network.folder, 'made.age');
    const made = await User.with(world, {}, async (user) => {
      const { page } = user;
      const downloads = [];
      page.on('download', (download) => downloads.push(download.suggestedFilename()));
      await go(user, '/keys');
      await page.getByText('No key file is open').waitFor();
      const form = page.getByRole('form', { name: 'Make a key file and save it' });
      const [passphrase, again] = ['New passphrase', 'The same once more'].map((name) => form.getByRole('textbox', { name }));
      const make = form.getByRole('button', { name: 'Make a key file and save it' });

      await passphrase.fill('correct');
      await again.fill('correct');
      await make.click();
      await form.getByText('This has fewer than 8 characters.').waitFor();
      await passphrase.fill(PASSPHRASE);
      await again.fill('correct house');
      await make.click();
      await form.getByText('This is not the same as before.').waitFor();
      await user.accessible('two passphrases that differ');
      await user.picture('keys-differ');
      assert.deepEqual(downloads, [], 'no file is made with a passphrase that is refused');

      await again.fill(PASSPHRASE);
      const saved = page.waitForEvent('download');
      await make.click();
      await (await saved).saveAs(file);
      assert.match(downloads[0], /^medshare-\w{8}-[0-9a-f]{8}\.age$/);
      const asked = page.getByRole('group', { name: 'Make a key file and save it' });
      await asked.getByText(`Look whether ${downloads[0]} is in your folder for downloads`).waitFor();
      await page.getByText('No key file is open').waitFor();
      await user.picture('keys-saved');
      await asked.getByRole('button', { name: 'It is saved: use it' }).click();

      const account = await fact(user, /^Account$/).getByRole('link').getAttribute('title');
      const key = await fact(user, /^Encryption keys$/).getByRole('code').getAttribute('title');
      assert.deepEqual(downloads, [`medshare-${account.slice(0, 8)}-${key.slice(2, 10)}.age`]);

      await page.getByRole('button', { name: 'Make the application' }).click();
      await page.getByText('The application is made: it stands below.').waitFor();
      const shown = await page.getByRole('region', { name: 'Application', exact: true }).textContent();
      const application = JSON.parse(shown);
      assert.deepEqual([application.account, application.key], [account, key]);
      assert.match(application.proof, /^0x[0-9a-f]{128}$/);
      await user.accessible('an application');
      await user.picture('keys-application');
      const kept = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Save it as a file' }).click();
      assert.equal(readFileSync(await (await kept).path(), 'utf8'), shown);
      return application;
    });
    const text = readFileSync(file, 'utf8');
    assert.match(text, /^-----BEGIN AGE ENCRYPTED FILE-----\n/);
    const { account, key, keys: all, proof, genesis } = shownBy(network, file);
    assert.deepEqual([account, key, all, genesis], [made.account, made.key, [made.key], made.genesis]);
    assert.equal(proof.length, made.proof.length);
    assert.equal(await network.ask('medshare_member', account), null, 'nothing was sent for it');
  });

  test('asks the owner of a record that is not on sale for access, sees that it waits, and takes it back', async () => {
    const { network } = world;
    const file = join(network.folder, 'shifts.txt');
    writeFileSync(file, 'Who is on which shift, by ward.\n');
    const record = await register(network, file);
    const buyer = buyerBeside(await decide(network, record, 'approve'));
    const { held } = await network.cli(buyer, 'balance');
    const waiting = async () => (await network.ask('medshare_requestsOf', ACCOUNTS.Alice)).filter((each) => each.record === record);
    await User.with(world, {}, async (user) => {
      const { page } = user;
      await go(user, '/market');
      await actAs(user, buyer);
      await go(user, `/market/records/${record}`);
      await page.getByText('This record is not on sale now.').waitFor();
      const ask = page.getByRole('button', { name: 'Ask the owner' });
      await ask.click();
      const told = page.getByRole('link', { name: /^You have asked for it: request \d+ waits for its owner\.$/ });
      await told.waitFor();
      assert.equal(await ask.isDisabled(), true, 'nobody asks twice');
      await isFinal(user);
      await user.picture('buyer-asked');
      const [{ id, version, requester, purpose }, ...more] = await waiting();
      assert.deepEqual([version, requester, purpose.use, more], [1, ACCOUNTS[buyer], 'BiomedicalResearch', []]);
      assert.equal(await told.innerText(), `You have asked for it: request ${id} waits for its owner.`);
      assert.ok(BigInt((await network.cli(buyer, 'balance')).held) > BigInt(held));

      await go(user, '/market/access');
      const made = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: `Request ${id}`, exact: true }) });
      await made.getByText('Waits for the owner').waitFor();
      await made.getByRole('link', { name: `Record ${record}, version 1`, exact: true }).waitFor();
      await user.accessible('a request that waits');
      await user.picture('buyer-request');
      await made.getByRole('button', { name: 'Take it back' }).click();
      // Without an index only those are shown that are open.
      if (await network.hasIndex()) await made.getByText('Taken back').waitFor();
      else await made.waitFor({ state: 'detached' });
      await isFinal(user);
      await user.picture('buyer-request-taken-back');
      assert.deepEqual(await waiting(), []);
      assert.equal((await network.cli(buyer, 'balance')).held, held);
    });
  });
});
