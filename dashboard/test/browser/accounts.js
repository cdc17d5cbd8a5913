// Accounts that do not do what one hopes for: a wrong passphrase, a wallet that refuses; and one that signs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { buy, go } from '../support/app.js';
import { User } from '../support/browser.js';
import { ACCOUNTS } from '../support/network.js';
import { programs } from '../support/program.js';
import { buyerBeside, decide, register } from '../support/sale.js';
import { wallet } from '../support/wallet.js';

export const accounts = (world) => describe('an account', () => {
  test('with a wrong passphrase stays closed and says so, and opens with the right one', async () => {
    const { network } = world;
    const file = join(network.folder, 'ward.age');
    const made = spawnSync(join(programs(), 'medshare'), ['--key-file', file, 'keys', 'create'], {
      env: { PATH: process.env.PATH, HOME: network.folder, MEDSHARE_HOME: network.folder, MEDSHARE_PASSPHRASE: 'correct horse' },
      encoding: 'utf8',
    });
    assert.equal(made.status, 0, made.stderr);
    await User.with(world, {}, async (user) => {
      const { page } = user;
      await go(user, '/market');
      await page.getByRole('button', { name: 'Choose an account' }).click();
      const sheet = page.getByRole('dialog', { name: 'Who acts' });
      const open = async (passphrase) => {
        const chooser = page.waitForEvent('filechooser');
        if (await sheet.getByRole('textbox', { name: 'Passphrase' }).count() === 0) {
          await sheet.getByRole('button', { name: /Choose the key file/ }).click();
          await (await chooser).setFiles(file);
        } else chooser.catch(() => undefined);
        await sheet.getByRole('textbox', { name: 'Passphrase' }).fill(passphrase);
        await sheet.getByRole('button', { name: 'Open', exact: true }).click();
      };
      await open('wrong horse');
      await sheet.getByRole('alert').getByText(/passphrase/).waitFor();
      await user.picture('wrong-passphrase');
      assert.equal(await sheet.getByText('Keys open').count(), 0);
      await open('correct horse');
      await sheet.getByText('Keys open').waitFor();
    });
  });

  test('of a wallet that refuses to sign sends nothing', async () => {
    const prepare = [
      ({ address }) => {
        const refuse = () => Promise.reject(new Error('Cancelled'));
        const account = { address, name: 'At the bank', type: 'sr25519' };
        const wallet = { accounts: { get: () => Promise.resolve([account]) }, signer: { signPayload: refuse, signRaw: refuse } };
        window.injectedWeb3 = { 'polkadot-js': { version: '0.1', enable: () => Promise.resolve(wallet) } };
      },
      { address: ACCOUNTS.Bob },
    ];
    await User.with(world, { prepare }, async (user) => {
      const { page } = user;
      await go(user, '/market');
      await page.getByRole('button', { name: 'Choose an account' }).click();
      const sheet = page.getByRole('dialog', { name: 'Who acts' });
      await sheet.getByRole('button', { name: 'Connect polkadot.js' }).click();
      await sheet.getByText('At the bank').waitFor();
      await sheet.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('article').first().getByRole('link').click();
      await page.getByRole('button', { name: 'Look in the vault' }).click();
      // It does not sign for the vault, so nothing can be ordered unseen.
      await page.getByText('The wallet did not sign. Nothing was sent.').waitFor();
      assert.equal(await page.getByRole('button', { name: /^Order for/ }).isDisabled(), true);
      await user.picture('wallet-refuses');
    });
  });

  test('of a wallet that signs orders, and its user sees what is signed', async () => {
    const { network } = world;
    const file = join(network.folder, 'diets.txt');
    writeFileSync(file, 'What the ward eats in a week.\n');
    const record = await register(network, file);
    const voters = await decide(network, record, 'approve');
    await network.cli('Alice', 'list', record, '--price', 7, '--finalized');
    const buyer = buyerBeside(voters);
    const { shown, options } = await wallet(buyer, 'At the bank');
    await User.with(world, options, async (user) => {
      const { page } = user;
      await go(user, `/market/records/${record}`);
      await page.getByRole('button', { name: 'Choose an account' }).click();
      const sheet = page.getByRole('dialog', { name: 'Who acts' });
      await sheet.getByRole('button', { name: 'Connect polkadot.js' }).click();
      await sheet.getByText('At the bank').waitFor();
      await sheet.getByRole('button', { name: 'Close' }).click();
      const order = await buy(user);
      assert.equal(shown.at(-1), 'marketplace.order', 'the wallet shows the call in words');
      assert.ok(shown.length > 1, 'it has signed for the vault before');
      const { order: placed } = await network.cli(buyer, 'order', order);
      assert.deepEqual([placed.buyer, String(placed.record)], [ACCOUNTS[buyer], String(record)]);
      await user.picture('wallet-signs');
      // Alice signs for others next, and her agent no more for this.
      await network.until('the key that was bought', async () => (await network.ask('medshare_order', order)).state.Delivered);
    });
  });
});
