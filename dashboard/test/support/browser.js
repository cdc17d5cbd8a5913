// A real Chromium that MEDSHARE_CHROMIUM names, and pages that are watched: nothing may break the content security policy, ask
// anybody but the vault and the node, or write an error to the console.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { PATIENCE } from './program.js';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Where screenshots go, to be looked at. */
const SCREENS = new URL('../screens/', import.meta.url).pathname;

/** The sizes of windows in which the app is looked at. */
export const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } };

/** Starts the browser. */
export const launch = () => {
  const executablePath = process.env.MEDSHARE_CHROMIUM;
  if (!executablePath) throw new Error('MEDSHARE_CHROMIUM names no browser; scripts/test.sh dashboard sets it');
  // Without its sandbox, which it does not have as root: it visits pages of this machine only.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
};

/** How many tests have failed, for the names of their pictures. */
let failures = 0;

/** A user's browser at the app, apart from those of others. */
export class User {
  #faults = [];
  #expected = [];

  /**
   * Opens the app for somebody. `prepare` is a script that runs in every page before the app's own, with its argument; `bindings` are
   * functions of this process that pages can call.
   */
  static async open(browser, network, { size = 'desktop', colorScheme = 'light', locale = 'en-GB', prepare, bindings = {} } = {}) {
    const user = new User();
    user.network = network;
    user.locale = locale;
    user.context = await browser.newContext({
      viewport: SIZES[size],
      colorScheme,
      locale,
      reducedMotion: 'reduce',
      baseURL: network.address,
      acceptDownloads: true,
    });
    user.context.setDefaultTimeout(PATIENCE / 2);
    await user.context.exposeBinding('medshareReportsViolation', (_, violation) => user.#faults.push(violation));
    await user.context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        window.medshareReportsViolation(`the policy forbids ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
      });
    });
    await user.context.addInitScript(() => {
      window.medshareShifts = 0;
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.medshareShifts += value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    for (const [name, call] of Object.entries(bindings)) await user.context.exposeFunction(name, call);
    if (prepare) await user.context.addInitScript(prepare[0], prepare[1]);
    user.page = await user.context.newPage();
    user.#watch(user.page);
    return user;
  }

  /**
   * Has somebody use the app, and ends that user's browser in the end, in any case. What the pages did that they should not is an
   * error; of what fails a picture is kept.
   */
  static async with({ browser, network }, options, act) {
    const user = await User.open(browser, network, options);
    let result;
    try {
      result = await act(user);
    } catch (error) {
      await user.picture(`failed-${(failures += 1)}`).catch(() => undefined);
      const faults = user.#unexpected();
      await user.context.close();
      if (faults.length > 0) error.message += `\nThe page also did what it should not:\n${faults.join('\n')}`;
      throw error;
    }
    await user.close();
    return result;
  }

  #unexpected() {
    return [...new Set(this.#faults)].filter((fault) => !this.#expected.some((pattern) => pattern.test(fault)));
  }

  #watch(page) {
    const known = new Set([new URL(this.network.address).host, new URL(this.network.node).host]);
    const ask = (url) => {
      const { protocol, host } = new URL(url);
      if (!['data:', 'blob:'].includes(protocol) && !known.has(host)) this.#faults.push(`somebody else is asked: ${url}`);
    };
    page.on('request', (request) => ask(request.url()));
    page.on('websocket', (socket) => ask(socket.url()));
    page.on('pageerror', (error) => this.#faults.push(`an error: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.#faults.push(`on the console: ${message.text()} (${message.location().url})`);
    });
  }

  /** Lets errors on the console pass that a test brings about itself. */
  expect(...patterns) {
    this.#expected.push(...patterns);
  }

  /** What went wrong that nobody expected. Ends the browser of this user. */
  async close() {
    await this.context.close();
    const faults = this.#unexpected();
    if (faults.length > 0) throw new Error(`the page did what it should not:\n${faults.join('\n')}`);
  }

  /** Keeps a picture of the page. */
  async picture(name) {
    mkdirSync(SCREENS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENS, `${name}.png`), fullPage: true });
  }

  /** What axe finds wrong with the page, which is nothing. */
  async accessible(name) {
    // Over the browser's own protocol, which the page's policy does not concern.
    await this.page.evaluate(axeSource);
    const violations = await this.page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ['violations'] });
      return violations.map(({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `    ${html}\n    ${failureSummary.replaceAll('\n', ' ')}`).join('\n')}`);
    });
    if (violations.length > 0) throw new Error(`${name} is not accessible:\n${violations.join('\n')}`);
  }

  /** Waits until nothing on the page is being read any more. */
  async settled() {
    await this.page.waitForFunction(() => document.querySelectorAll('.skeleton, [aria-busy=true]').length === 0);
  }

  /** What is on the page has not jumped since this was asked last: the sum of its layout shifts is one that the web vitals call good. */
  async steady(name) {
    const shifts = await this.page.evaluate(() => {
      const sum = window.medshareShifts;
      window.medshareShifts = 0;
      return sum;
    });
    if (shifts > 0.1) throw new Error(`${name} jumps while it is read: the sum of its layout shifts is ${shifts.toFixed(3)}`);
  }

  /** The page is not wider than the window. */
  async fits(name) {
    const [width, window] = await this.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    if (width > window) throw new Error(`${name} is ${width} pixels wide in a window of ${window}`);
  }
}
