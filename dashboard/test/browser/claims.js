// What comes after a delivery: the claim that a record is not what was described, and the rest of the price.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { actAs, audit, buy, go, isFinal, tick } from '../support/app.js';
import { User } from '../support/browser.js';
import { ACCOUNTS } from '../support/network.js';
import { buyerBeside, claimPanel, decide, register, setClaimWindow, setParameter } from '../support/sale.js';

/** Buys what is on sale for a buyer, and waits for the key. Gives the order's number. */
const bought = async (user, buyer, record) => {
  await go(user, '/market');
  await actAs(user, buyer);
  await go(user, `/market/records/${record}`);
  const order = await buy(user);
  await user.page.getByRole('button', { name: 'Open the record' }).waitFor();
  return order;
};

/** Claims what is wrong with the order on the screen. */
const claim = async ({ page }) => {
  await page.getByRole('button', { name: 'Claim', exact: true }).click();
  const sheet = page.getByRole('dialog', { name: 'Claim that it is not what was described' });
  // 5 % of 10 MDS, the storage, and the 10 % that were held back.
  await sheet.getByText(/0\.5.MDS on hold as a bond and 0\.2.MDS as a deposit.* get 1.MDS/).waitFor();
  await sheet.getByRole('button', { name: 'Make the claim' }).click();
  await page.getByText('Auditors decide about your claim, with the key that you give them.').waitFor();
};

/** A record among what a buyer may open. */
const mayOpen = async (user, record) => {
  await go(user, '/market/access');
  return user.page.getByRole('listitem').filter({ hasText: `Record ${record}, version 1` });
};

/** Gives back what was bought, and clears what is left of it. */
const giveBack = async (user, record) => {
  const granted = await mayOpen(user, record);
  await granted.getByText('in force').waitFor();
  await granted.getByRole('button', { name: 'Give it back' }).click();
  const asks = user.page.getByRole('dialog', { name: 'Give this access back?' });
  await asks.getByRole('button', { name: 'Give it back' }).click();
  await granted.getByText('revoked').waitFor();
  await isFinal(user);
  await user.picture('buyer-access-given-back');
  await granted.getByRole('button', { name: 'Clear' }).click();
  await granted.waitFor({ state: 'detached' });
};

/** An order among a seller's sales. */
const saleOf = ({ page }, order) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name: `Order ${order}`, exact: true }) });

/** Reads an order as everybody can who acts as nobody. */
const isToldAs = (world, order, state) =>
  User.with(world, {}, async (user) => {
    await go(user, `/explorer/order/${order}`);
    await user.page.getByRole('definition').getByText(state, { exact: true }).waitFor();
    if (await world.network.hasIndex()) await user.page.getByRole('heading', { name: 'Quality claim' }).waitFor();
    await user.picture('explorer-claim');
  });

export const claims = (world) => describe('after a delivery', () => {
  let record;
  const buyers = [];
  let approvers;
  before(async () => {
    const { network } = world;
    const file = join(network.folder, 'report.txt');
    writeFileSync(file, 'Nothing to report.\n');
    record = await register(network, file);
    approvers = await decide(network, record, 'approve');
    await network.cli('Alice', 'list', record, '--price', 10);
    for (let number = 0; number < 3; number += 1) buyers.push(buyerBeside(approvers, ...buyers));
  });

  test('the rest of the price is settled once nobody can claim any more, and not before', async () => {
    const { network } = world;
    await setClaimWindow(network, 'Alice', '40s');
    try {
      await User.with(world, {}, async (user) => {
        const { page } = user;
        const order = await bought(user, buyers[0], record);
        await network.withoutAgent('Alice', async () => {
          assert.equal(await page.getByRole('button', { name: 'Settle', exact: true }).count(), 0);
          // The chain's time passes, and the page hears of it with a block.
          await page.getByText('The time to claim is over. Anybody may settle: the rest goes to the seller.').waitFor();
          assert.equal(await page.getByRole('button', { name: 'Claim', exact: true }).count(), 0);
          await page.getByRole('button', { name: 'Settle', exact: true }).click();
          await page.getByText('Everything is paid.').waitFor();
          await isFinal(user);
        });
        await user.picture('buyer-order-settled');
        assert.equal((await network.cli(buyers[0], 'order', order)).order.state, 'Settled');
        if (!(await network.hasIndex())) return;
        await giveBack(user, record);
        assert.equal(await network.ask('medshare_grant', record, 1, ACCOUNTS[buyers[0]]), null);
      });
    } finally {
      await setClaimWindow(network, 'Alice', '14d');
    }
  });

  test('a claim on which nobody rules in time is settled by the seller, and counts as neither right nor wrong', async () => {
    const { network } = world;
    await setParameter(network, 'Marketplace.RulingWithin', '40s');
    try {
      await User.with(world, {}, async (user) => {
        const order = await bought(user, buyers[1], record);
        await network.withoutAgent('Alice', () =>
          User.with(world, {}, async (seller) => {
            await go(seller, '/records/sales');
            await actAs(seller, 'Alice');
            const sale = saleOf(seller, order);
            await sale.getByText('Delivered', { exact: true }).waitFor();
            await claim(user);
            await sale.getByText('Claim under review').waitFor();
            assert.equal(await sale.getByRole('button', { name: 'Collect the rest' }).count(), 0);
            await user.page.getByText('The auditors’ time is over. Anybody may settle: the bond comes back to you.').waitFor();
            await sale.getByRole('button', { name: 'Collect the rest' }).click();
            await sale.getByText('Settled', { exact: true }).waitFor();
            assert.equal(await sale.getByRole('button', { name: 'Collect the rest' }).count(), 0);
            await isFinal(seller);
            await seller.picture('provider-sale-unruled');
          }),
        );
        await user.page.getByText('Everything is paid.').waitFor();
        assert.equal((await network.cli(buyers[1], 'order', order)).order.state, 'Settled');
      });
    } finally {
      await setParameter(network, 'Marketplace.RulingWithin', 'default');
    }
  });

  test('a claim that auditors find right gives the buyer back what was held, and everybody can read it', async () => {
    const { network } = world;
    await User.with(world, {}, async (user) => {
      const { page } = user;
      const order = await bought(user, buyers[2], record);
      if (await network.hasIndex()) {
        const granted = await mayOpen(user, record);
        await granted.getByText(`Stays while money of order ${order} is on hold`).waitFor();
        assert.equal(await granted.getByRole('button', { name: 'Give it back' }).count(), 0, 'the chain would refuse it');
        await user.accessible('what is bought and may be claimed about');
        await user.picture('buyer-access-held');
        await go(user, `/market/orders/${order}`);
      }
      await claim(user);
      // The panel has to be drawn before anybody can have the key.
      await page.getByText(/^The panel is drawn\./).waitFor();
      await user.accessible('an order with a claim');
      await page.getByRole('button', { name: 'Give the auditors the key' }).click();
      await page.getByText('The panel has the key.').waitFor();
      await user.picture('buyer-claim');
      const auditors = await claimPanel(network, order);
      for (const auditor of auditors) assert.ok(!approvers.includes(auditor), `${auditor} approved the record and rules on the claim`);
      // Two of three agree, and it is decided.
      for (const auditor of auditors.slice(0, 2)) {
        await audit(world, auditor, new RegExp(`Claim about order ${order} `), async (form) => {
          await form.getByText('For a claim it does not draw who approved the version, either.', { exact: false }).waitFor();
          await tick(form, 'radio', 'For the buyer');
          await tick(form, 'checkbox', 'The description is not true');
        });
      }
      await page.getByText('Your claim was right: what was held back is yours again.').waitFor();
      await user.picture('buyer-claim-right');
      assert.equal((await network.cli(buyers[2], 'order', order)).order.state, 'Refunded');

      await User.with(world, {}, async (seller) => {
        await go(seller, '/records/sales');
        await actAs(seller, 'Alice');
        await saleOf(seller, order).getByText('Refunded', { exact: true }).waitFor();
        const returned = seller.page.locator('dt', { hasText: 'Went back after claims' }).locator('xpath=following-sibling::dd[1]');
        await returned.getByText(/^1.MDS$/).waitFor();
        await seller.picture('provider-sale-refunded');
      });
      await isToldAs(world, order, 'Refunded');
      // What a claim showed to be false is not sold again.
      await go(user, `/market/records/${record}`);
      await page.getByText('This record is not on sale now.').waitFor();
    });
  });
});
