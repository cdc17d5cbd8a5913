// What people do in the app, by what they see and hear of it.

/** Goes to a page of the app. */
export const go = async ({ page }, path) => {
  await page.goto(`/#${path}`);
  await page.getByRole('heading', { level: 1 }).waitFor();
};

/** Acts as a development account, whose keys are open then. */
export const actAs = async ({ page }, name) => {
  await page.getByRole('button', { name: 'Choose an account' }).click();
  const sheet = page.getByRole('dialog', { name: 'Who acts' });
  await sheet.getByRole('button', { name, exact: true }).click();
  await sheet.getByText('Keys open').waitFor();
  await sheet.getByRole('button', { name: 'Close' }).click();
  await sheet.waitFor({ state: 'detached' });
};

/** Waits until something that was sent is final. */
export const isFinal = ({ page }) => page.getByText(/^Final in block/).waitFor();

/** Chooses from a list that opens. */
export const choose = async ({ page }, label, option) => {
  await page.getByRole('button', { name: label }).click();
  await page.getByRole('option', { name: option }).click();
};

/** Looks into the vault and orders what is on the screen; gives the order's number. */
export const buy = async ({ page }) => {
  await page.getByRole('button', { name: 'Look in the vault' }).click();
  await page.getByText('A vault has it, as registered').waitFor();
  await page.getByRole('button', { name: /^Order for/ }).click();
  await page.waitForURL(/#\/market\/orders\/\d+$/);
  return Number(page.url().split('/').pop());
};
