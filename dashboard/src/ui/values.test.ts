import { DEVELOPMENT_ACCOUNTS, Identity } from 'medshare-js';
import { expect, it } from 'vitest';
import { DEVELOPMENT_NAMES } from './values.js';

it('development accounts are shown by the names that they have', () => {
  expect(DEVELOPMENT_NAMES).toEqual(
    Object.fromEntries(DEVELOPMENT_ACCOUNTS.map((name) => [Identity.development(name).address, name])),
  );
});
