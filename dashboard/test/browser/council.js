// Hospitals decide together, and the app reads the chain by the types that the chain has.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isCurrent } from '../../scripts/metadata.js';
import { actAs, go } from '../support/app.js';
import { User } from '../support/browser.js';

/** Acts as another development account than before. */
const switchTo = async ({ page }, before, name) => {
  await page.getByRole('banner').getByRole('button', { name: before }).click();
  const sheet = page.getByRole('dialog', { name: 'Who acts' });
  await sheet.getByRole('button', { name, exact: true }).click();
  await sheet.getByRole('listitem').filter({ hasText: name }).getByText('acts').waitFor();
  await sheet.getByRole('button', { name: 'Close' }).click();
  await sheet.waitFor({ state: 'detached' });
};

export const council = (world) => describe('the council', () => {
  test('is read by the types of the runtime that the node has', async () => {
    assert.ok(await isCurrent(`http://127.0.0.1:${world.network.port}`), 'chain/metadata.scale is of another runtime: scripts/metadata.js');
  });

  test('changes a parameter when as many hospitals agree as that needs, and not before', async () => {
    await User.with(world, {}, async (user) => {
      const { page } = user;
      await go(user, '/council/propose?what=parameter&name=MinBond');
      await actAs(user, 'Alice');
      const value = page.getByRole('textbox', { name: 'New value' });
      await value.fill('a lot');
      await page.getByRole('button', { name: 'Propose it' }).click();
      await page.getByText('This is no value of this parameter.').waitFor();
      await value.fill('0.02');
      await page.getByText('It needs two thirds: 6 of 8 hospitals.').waitFor();
      await page.getByRole('button', { name: 'Propose it' }).click();
      await page.getByText('It is among the open motions now.').waitFor();

      await page.getByRole('link', { name: 'To the council' }).click();
      const motion = page.getByRole('article').filter({ hasText: 'Lowest bond of a claim: 0.02' });
      await motion.getByText('1 of 6 votes that it needs').waitFor();
      await user.accessible('the council');
      const hospitals = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'];
      for (const [at, name] of hospitals.entries()) {
        if (at === 0) continue;
        await switchTo(user, hospitals[at - 1], name);
        assert.equal(await motion.getByRole('button', { name: 'Close and run it' }).count(), 0);
        await motion.getByRole('button', { name: 'Vote for it' }).click();
        await motion.getByText(`${at + 1} of 6 votes that it needs`).waitFor();
        await motion.getByText(/^Final in block/).waitFor();
      }
      await motion.getByRole('button', { name: 'Close and run it' }).click();
      await page.getByText('carried, and its call has run').waitFor();
      const row = page.getByRole('row').filter({ hasText: 'Lowest bond of a claim' });
      await row.getByText('0.02').waitFor();
      await row.getByText('by the council').waitFor();
      await motion.waitFor({ state: 'detached' });
      await user.picture('council');
    });
  });

  test('does not take the vote of who is no hospital', async () => {
    await User.with(world, {}, async (user) => {
      await go(user, '/council/propose?what=suspend');
      const { page } = user;
      await page.getByText('Choose an account first').waitFor();
      assert.ok(await page.getByRole('button', { name: 'Propose it' }).isDisabled());
    });
  });
});
