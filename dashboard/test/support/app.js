// What people do in the app, by what they see and hear of it.

import assert from 'node:assert/strict';
import { User } from './browser.js';

/** Goes to a page of the app, and waits until it is there. */
export const go = async ({ page }, path) => {
  const isOpen = page.url().includes('/#');
  if (isOpen && page.url().endsWith(`/#${path}`)) return;
  await page.evaluate(() => document.activeElement?.blur());
  await page.goto(`/#${path}`);
  // Until the new page is loaded the one before stays. The new one takes the focus, except for the first.
  if (isOpen) await page.waitForFunction(() => document.activeElement?.id === 'main');
  await page.getByRole('heading', { level: 1 }).waitFor();
};

/** What is pressed and read to act as somebody, in the languages of the app. */
const ACTING = {
  'en-GB': { choose: 'Choose an account', who: 'Who acts', open: 'Keys open', close: 'Close' },
  'zh-CN': { choose: '选择账户', who: '由谁操作', open: '密钥已打开', close: '关闭' },
};

/** Acts as a development account, whose keys are open then. */
export const actAs = async ({ page, locale }, name) => {
  const { choose: start, who, open, close } = ACTING[locale];
  await page.getByRole('button', { name: start }).click();
  const sheet = page.getByRole('dialog', { name: who });
  await sheet.getByRole('button', { name, exact: true }).click();
  await sheet.getByText(open).waitFor();
  await sheet.getByRole('button', { name: close }).click();
  await sheet.waitFor({ state: 'detached' });
};

/** Waits until something that was sent is final. */
export const isFinal = ({ page }) => page.getByText(/^Final in block/).waitFor();

/** Chooses from a list that opens. */
export const choose = async ({ page }, label, option) => {
  await page.getByRole('button', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
};

/** Chooses a radio button, or ticks a check box that is not ticked yet, by its words: once these stay where they are. */
export const tick = async (within, role, name) => {
  const control = within.getByRole(role, { name });
  if (await control.isChecked()) return;
  // The control itself is hidden; what people see and press is its label.
  await control.locator('xpath=ancestor::label').click();
  assert.ok(await control.isChecked(), `${name} is chosen`);
};

/** Lets a file of this machine fall on something, as people drag it there. */
export const drop = async ({ context, page }, target, path) => {
  const { x, y, width, height } = await target.boundingBox();
  const data = { items: [], files: [path], dragOperationsMask: 1 };
  const devtools = await context.newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await devtools.send('Input.dispatchDragEvent', { type, x: x + width / 2, y: y + height / 2, data });
  }
  await devtools.detach();
};

/** Seals and registers the file on the screen; gives the record's number. */
export const sealAndRegister = async ({ page }) => {
  await page.getByRole('button', { name: 'Seal and register' }).click();
  const done = page.getByRole('heading', { name: /^Record \d+ is registered/ });
  await done.waitFor();
  return Number(/\d+/.exec(await done.innerText())[0]);
};

/** Looks into the vault and orders what is on the screen; gives the order's number. */
export const buy = async ({ page }) => {
  await page.getByRole('button', { name: 'Look in the vault' }).click();
  await page.getByText('A vault has it, as registered').waitFor();
  await page.getByRole('button', { name: /^Order for/ }).click();
  await page.waitForURL(/#\/market\/orders\/\d+$/);
  return Number(page.url().split('/').pop());
};

/** Has an auditor open what a link of the queue leads to, check it, look at it, and vote. `verdict` fills the form in. */
export const audit = (world, auditor, link, verdict) =>
  User.with(world, {}, async (user) => {
    await go(user, '/reviews');
    await actAs(user, auditor);
    const { page } = user;
    await page.getByRole('link', { name: link }).first().click();
    await page.getByRole('button', { name: 'Fetch, open and check' }).click();
    await page.getByRole('heading', { name: 'The document' }).waitFor();
    await verdict(page);
    await page.getByRole('button', { name: /^Vote: / }).click();
    await page.getByText('Your vote is cast.').waitFor();
    await user.picture(`auditor-${auditor}`);
  });
