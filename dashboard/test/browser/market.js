// What buyers do: search, read what an order costs, and what becomes of an order that is not delivered.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { actAs, buy, choose, go, isFinal } from '../support/app.js';
import { User } from '../support/browser.js';
import { buyerBeside, decide, prepared, register, setParameter } from '../support/sale.js';

export const market = (world) => describe('the market', () => {
  const offered = {};
  before(async () => {
    const { network } = world;
    const scan = await register(network, await prepared(network, 'dicom/MR_small.dcm'), 'health-research');
    const bundle = await register(network, await prepared(network, 'fhir/atencio.json'));
    const [ofScan, ofBundle] = await Promise.all([decide(network, scan, 'approve'), decide(network, bundle, 'approve')]);
    await network.cli('Alice', 'list', scan, '--price', 120);
    await network.cli('Alice', 'list', bundle, '--price', 25);
    Object.assign(offered, { scan, bundle, buyer: buyerBeside([...ofScan, ...ofBundle]) ?? buyerBeside(ofBundle), buyerOfBundle: buyerBeside(ofBundle) });
  });

  test('is searched with the keyboard alone, and the address keeps the search', async () => {
    await User.with(world, {}, async (user) => {
      const { page } = user;
      await go(user, '/market');
      const hits = page.getByRole('article');
      await hits.nth(1).waitFor();
      // Tab by tab to the search line, as those do who have no mouse.
      const line = page.getByRole('searchbox', { name: 'Search for' });
      for (let presses = 0; !(await line.evaluate((element) => element === document.activeElement)); presses += 1) {
        assert.ok(presses < 40, 'the search line is reached with the tabulator');
        await page.keyboard.press('Tab');
      }
      await page.keyboard.type('MR');
      await page.keyboard.press('Enter');
      await page.getByText('One record', { exact: true }).waitFor();
      assert.match(page.url(), /#\/market\?q=MR$/);
      const link = page.getByRole('link', { name: 'Magnetic resonance (MR)' });
      for (let presses = 0; !(await link.evaluate((element) => element === document.activeElement)); presses += 1) {
        assert.ok(presses < 60, 'what was found is reached with the tabulator');
        await page.keyboard.press('Tab');
      }
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1, name: `Record ${offered.scan}` }).waitFor();
      await page.goBack();
      await page.getByText('One record', { exact: true }).waitFor();
      assert.equal(await line.inputValue(), 'MR');
    });
  });

  test('is narrowed down by kind, price and purpose, and says when nothing is like that', async () => {
    await User.with(world, {}, async (user) => {
      const { page } = user;
      await go(user, '/market');
      if (await world.network.hasIndex()) {
        // What there is of what, as the node's index counts it.
        const { facets } = await world.network.ask('medshare_search', { facets: true, at_best: true });
        const { count } = facets.kind.find(({ value }) => value === 'Fhir');
        assert.ok(count > 0);
        await page.getByRole('radio', { name: `Health record (FHIR) (${count})` }).waitFor({ state: 'attached' });
      }
      await page.getByText('Health record (FHIR)').first().click();
      await page.getByText('One record', { exact: true }).waitFor();
      await page.getByRole('article').first().getByText('25 MDS').waitFor();
      assert.equal(await page.getByRole('article').count(), 1);
      await page.getByText('Any kind').click();
      await choose(user, /Only what I may use for/, 'Developing methods, such as software');
      await page.getByRole('link', { name: /Magnetic resonance/ }).waitFor({ state: 'detached' });
      await user.picture('buyer-search-narrowed');
      const most = page.getByRole('textbox', { name: 'Highest price, MDS' });
      await most.fill('1,5');
      await most.press('Enter');
      await page.getByText('A number of MDS').waitFor();
      await most.fill('0.5');
      await most.press('Enter');
      await page.getByText('Nothing on sale is like that.').waitFor();
      await page.getByRole('button', { name: 'Start again' }).click();
      await page.getByRole('article').nth(1).waitFor();
    });
  });

  test('says what an order costs, and refuses a purpose that the owner does not permit', async () => {
    await User.with(world, {}, async (user) => {
      const { page } = user;
      await go(user, '/market');
      await actAs(user, offered.buyer);
      await go(user, `/market/records/${offered.scan}`);
      for (const [what, amount] of [['You pay', '120'], ['Auditors, vaults and the consortium get', '6'], ['Held back until claims are over', '12'], ['Seller gets at delivery', '102']]) {
        const value = page.locator('dt', { hasText: what }).locator('xpath=following-sibling::dd[1]');
        assert.equal((await value.innerText()).replace(/\u00a0/g, ' '), `${amount} MDS`, what);
      }
      await page.getByRole('button', { name: 'Look in the vault' }).click();
      await page.getByText('A vault has it, as registered').waitFor();
      await choose(user, /What I need the data for/, 'Other research');
      await page.getByText('The owner does not permit this').waitFor();
      assert.equal(await page.getByRole('button', { name: /^Order for/ }).isDisabled(), true);
    });
  });

  test('gives the price back for an order that is not delivered in time', async () => {
    const { network } = world;
    // Nobody delivers for Alice from here on.
    await network.stopAgent('Alice');
    await setParameter(network, 'Marketplace.DeliverWithin', '8s');
    await User.with(world, {}, async (user) => {
      const { page } = user;
      await go(user, '/market');
      await actAs(user, offered.buyerOfBundle);
      await go(user, `/market/records/${offered.bundle}`);
      await page.getByText('8 seconds').waitFor();
      const order = await buy(user);
      await page.getByText('Waiting for the key').waitFor();
      // The chain's time passes, and the page hears of it with a block.
      await page.getByRole('button', { name: 'End the order' }).click();
      await page.getByText('The seller did not deliver in time: the price is yours again.').waitFor();
      await user.picture('buyer-order-expired');
      await isFinal(user);
      await page.getByRole('button', { name: 'Clear the order' }).click();
      await page.getByText(`There is no order ${order}, or it was cleared.`).waitFor();
    });
    await setParameter(network, 'Marketplace.DeliverWithin', '1d');
    network.agent('Alice');
  });
});
