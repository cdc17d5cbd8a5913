// The connection to the node breaks, and comes back by itself.

import { describe, test } from 'node:test';
import { go } from '../support/app.js';
import { User } from '../support/browser.js';

export const connection = (world) => describe('a lost connection', () => {
  test('is told, what was read stays, and the page goes on when the node is back', async () => {
    const { network } = world;
    await User.with(world, {}, async (user) => {
      // What browsers say themselves about a connection that fails.
      user.expect(/WebSocket connection to .* failed/, /Connection closed before receiving a handshake response/);
      const { page } = user;
      await go(user, '/market');
      const lost = page.getByRole('alert').getByText('There is no connection with the node');
      const read = page.getByRole('article').or(page.getByText('Nothing is on sale yet.')).first();
      await read.waitFor();
      await network.crashNode();
      await lost.waitFor();
      await read.waitFor();
      await user.picture('connection-lost');
      await network.restartNode();
      await lost.waitFor({ state: 'detached' });
      // Blocks are heard of again, without anybody loading the page.
      const block = await page.getByRole('link', { name: /#\d/ }).innerText();
      await page.waitForFunction((before) => [...document.querySelectorAll('header a')].some((link) => /#\d/.test(link.innerText) && link.innerText !== before), block);
      await read.waitFor();
    });
  });
});
