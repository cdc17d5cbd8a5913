// Every page: clean for axe in light and dark and on a phone, in both languages, and looked at.

import { describe, test } from 'node:test';
import { actAs, go } from '../support/app.js';
import { User } from '../support/browser.js';

const PAGES = {
  home: '/',
  reviews: '/reviews',
  records: '/records',
  market: '/market',
  offer: '/market/records/0',
  orders: '/market/orders',
  explorer: '/explorer',
  'explorer-record': '/explorer/record/0',
  'explorer-account': '/explorer/account/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  council: '/council',
  settings: '/settings',
  missing: '/no/such/page',
};

const LOOKS = [
  { size: 'desktop', colorScheme: 'light', locale: 'en-GB', account: 'Alice' },
  { size: 'desktop', colorScheme: 'dark', locale: 'en-GB', account: 'Bob' },
  { size: 'phone', colorScheme: 'light', locale: 'zh-CN' },
  { size: 'phone', colorScheme: 'dark', locale: 'en-GB' },
];

export const pages = (world) => describe('every page', () => {
  for (const { account, ...look } of LOOKS) {
    const name = `${look.size}-${look.colorScheme}-${look.locale.slice(0, 2)}`;
    test(`can be used by everybody: ${name}`, async () => {
      await User.with(world, look, async (user) => {
        await go(user, '/');
        if (account) await actAs(user, account);
        for (const [title, path] of Object.entries(PAGES)) {
          await go(user, path);
          await user.settled();
          await user.accessible(`${title}, ${name}`);
          await user.fits(`${title}, ${name}`);
          await user.picture(`page-${title}-${name}`);
        }
      });
    });
  }
});
