// The app in a real Chromium, served by a real vault, with a real node: everything that people do in it. All tests share one
// development chain, on which each has records of its own.

import { existsSync } from 'node:fs';
import { after, before, describe } from 'node:test';
import { launch } from '../support/browser.js';
import { Network } from '../support/network.js';
import { accounts } from './accounts.js';
import { claims } from './claims.js';
import { council } from './council.js';
import { connection } from './connection.js';
import { keys } from './keys.js';
import { market } from './market.js';
import { pages } from './pages.js';
import { provider } from './provider.js';
import { sale } from './sale.js';
import { viewers } from './viewers.js';

const dist = new URL('../../dist', import.meta.url).pathname;
if (!existsSync(`${dist}/index.html`)) throw new Error('the app is not built: npm run build');

describe('the app', { timeout: 3_600_000 }, () => {
  const world = {};
  before(async () => {
    [world.browser, world.network] = await Promise.all([launch(), Network.start({ web: dist })]);
    world.network.agent('Alice');
  });
  after(async () => {
    await world.browser?.close();
    await world.network?.stop();
  });
  sale(world);
  market(world);
  accounts(world);
  council(world);
  viewers(world);
  // Before every page is looked at: those of access have something to show then.
  provider(world);
  keys(world);
  pages(world);
  // After all that needs a seller and auditors of good standing: who loses a claim has less credit.
  claims(world);
  // Last, because it ends the node for a while.
  connection(world);
});
