// Every page: clean for axe in light and dark and on a phone, in both languages, and looked at.

import { describe, test } from 'node:test';
import { actAs, go } from '../support/app.js';
import { User } from '../support/browser.js';

const PAGES = {
  home: '/',
  reviews: '/reviews',
  review: '/reviews/record/0/1',
  records: '/records',
  share: '/records/share',
  sales: '/records/sales',
  access: '/records/access',
  credit: '/records/credit',
  record: '/records/0',
  market: '/market',
  offer: '/market/records/0',
  orders: '/market/orders',
  order: '/market/orders/0',
  'my-access': '/market/access',
  explorer: '/explorer',
  'explorer-find': '/explorer/find/0',
  'explorer-record': '/explorer/record/0',
  'explorer-order': '/explorer/order/0',
  'explorer-block': '/explorer/block/1',
  'explorer-account': '/explorer/account/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  council: '/council',
  propose: '/council/propose',
  keys: '/keys',
  settings: '/settings',
  missing: '/no/such/page',
};

/** Every size in both schemes and both languages, with somebody who has records, with somebody who bought, and with nobody. */
const LOOKS = [
  { size: 'desktop', colorScheme: 'light', locale: 'en-GB', account: 'Alice' },
  { size: 'desktop', colorScheme: 'dark', locale: 'zh-CN', account: 'Alice' },
  { size: 'phone', colorScheme: 'light', locale: 'zh-CN', account: 'Alice' },
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
          await user.steady(`${title}, ${name}`);
          await user.accessible(`${title}, ${name}`);
          await user.fits(`${title}, ${name}`);
          await user.picture(`page-${title}-${name}`);
        }
      });
    });
  }
});
