// What the app weighs, and how long it takes until it can be read the first time: a table for docs/benchmarks.md.
// `scripts/bench/web.sh` builds what it needs and runs it.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { cpus, loadavg, release, type } from 'node:os';
import { join, relative } from 'node:path';
import { launch } from './support/browser.js';
import { Network } from './support/network.js';

const [dist, runs = '5'] = process.argv.slice(2);

/** Lines over which the app comes: as it is on this machine, and as Lighthouse has a slow mobile one. */
const LINES = [
  ['on this machine', undefined],
  ['1.6 Mbit/s, 150 ms', { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 }],
];

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const kib = (bytes) => `${(bytes / 1024).toFixed(0)} KiB`;

const weights = () => {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.(?:br|gz)$/.test(entry.name))
    .map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const sent = [`${path}.br`, path].find((each) => statSync(each, { throwIfNoEntry: false }));
      return { name: relative(dist, path), size: statSync(path).size, sent: statSync(sent).size };
    });
  return files.toSorted((a, b) => b.sent - a.sent);
};

const git = (...args) => execFileSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();

/** On what it was measured. */
const about = (browser) => {
  const changes = git('status', '--porcelain', '.') === '' ? '' : ' with changes';
  const [day] = new Date().toISOString().split('T');
  const machine = `${cpus().length} processors (${cpus()[0]?.model}), ${type()} ${release()}`;
  return `${day}, commit ${git('rev-parse', '--short', 'HEAD')}${changes}; ${machine}; Chromium ${browser.version()}; load average ${loadavg()[0].toFixed(2)} at the end`;
};

const load = async (browser, network, line) => {
  const context = await browser.newContext({ baseURL: network.address, viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  if (line) await (await context.newCDPSession(page)).send('Network.emulateNetworkConditions', line);
  await page.goto('/');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const measured = await page.evaluate(
    () =>
      new Promise((resolve) => {
        new PerformanceObserver((list) => {
          const resources = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
          const painted = performance.getEntriesByName('first-contentful-paint')[0];
          resolve({
            painted: painted?.startTime ?? NaN,
            readable: list.getEntries().at(-1).startTime,
            bytes: resources.reduce((sum, { transferSize }) => sum + transferSize, 0),
            requests: resources.length,
          });
        }).observe({ type: 'largest-contentful-paint', buffered: true });
      }),
  );
  await context.close();
  return measured;
};

const network = await Network.start({ web: dist });
const browser = await launch();
try {
  const files = weights();
  const total = (of) => files.reduce((sum, file) => sum + file[of], 0);
  const initial = readFileSync(join(dist, 'index.html'), 'utf8');
  const first = files.filter(({ name }) => name === 'index.html' || initial.includes(`/${name}`));
  const firstOf = (of) => first.reduce((sum, file) => sum + file[of], 0);
  console.log('| what | as built | as sent (Brotli) |\n|---|---|---|');
  console.log(`| what the first page names | ${kib(firstOf('size'))} | ${kib(firstOf('sent'))} |`);
  console.log(`| the whole app, ${files.length} files | ${kib(total('size'))} | ${kib(total('sent'))} |`);
  for (const { name, size, sent } of files.slice(0, 5)) {
    console.log(`| of it \`${name.replace(/-[\w-]{8}\./, '-….')}\` | ${kib(size)} | ${kib(sent)} |`);
  }
  console.log(`\n| first load, empty cache, median of ${runs} | first paint | main content | received | requests |\n|---|---|---|---|---|`);
  for (const [name, line] of LINES) {
    const results = [];
    for (let run = 0; run < Number(runs); run += 1) results.push(await load(browser, network, line));
    const of = (what) => median(results.map((result) => result[what]));
    console.log(`| ${name} | ${of('painted').toFixed(0)} ms | ${of('readable').toFixed(0)} ms | ${kib(of('bytes'))} | ${of('requests')} |`);
  }
  console.log(`\n${about(browser)}`);
} finally {
  await browser.close();
  await network.stop();
}
