// The package in a real browser: the same descriptors, envelopes that open, under a content security policy that permits no
// evaluation of texts. `MEDSHARE_CHROMIUM` names the browser.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';

const browser = process.env.MEDSHARE_CHROMIUM;
const fixtures = new URL('../../../tests/fixtures/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('descriptors.json', fixtures), 'utf8'));

const bundle = async () => {
  const page = { contents: readFileSync(new URL('page.js', import.meta.url), 'utf8'), resolveDir: import.meta.dirname };
  const options = { bundle: true, platform: 'browser', format: 'esm', write: false, logLevel: 'error' };
  const { outputFiles: [file] } = await build({ stdin: page, ...options });
  return file.contents;
};

// Serves the page and what it reads, and waits for what it reports.
const serve = async (t) => {
  const script = await bundle();
  let report;
  const reported = new Promise((resolve) => (report = resolve));
  const answers = {
    '/': () => ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'],
    '/page.js': () => ['text/javascript', script],
  };
  const server = createServer(async (request, response) => {
    response.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; connect-src 'self'");
    if (request.method === 'POST') {
      const parts = [];
      for await (const part of request) parts.push(part);
      report(JSON.parse(Buffer.concat(parts)));
      return response.end();
    }
    const name = request.url.slice(1);
    const file = () => ['application/octet-stream', readFileSync(new URL(name, fixtures))];
    const known = answers[request.url] ?? (name in expected || name === 'descriptors.json' ? file : undefined);
    if (!known) return response.writeHead(404).end();
    const [type, content] = known();
    return response.writeHead(200, { 'content-type': type }).end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${server.address().port}/`, reported };
};

test('a browser seals, opens, describes and proves', { skip: browser ? false : 'MEDSHARE_CHROMIUM does not name a browser', timeout: 120_000 }, async (t) => {
  const { url, reported } = await serve(t);
  const profile = mkdtempSync(join(tmpdir(), 'medshare-browser-'));
  // Without its sandbox, which it does not have as root: it visits this page only.
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
  const running = spawn(browser, [...flags, url], { stdio: 'ignore' });
  const ended = new Promise((resolve) => running.once('exit', resolve));
  t.after(async () => {
    running.kill();
    await ended;
    rmSync(profile, { recursive: true, maxRetries: 5 });
  });
  const early = ended.then((code) => ({ error: `the browser ended with ${code} before the page reported` }));
  const { error, descriptors, opened, proved } = await Promise.race([reported, early]);
  assert.equal(error, undefined);
  assert.deepEqual(descriptors, expected);
  assert.deepEqual(opened, Object.keys(expected));
  assert.equal(proved, true);
});
