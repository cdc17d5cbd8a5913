// A page in a real browser, under a content security policy, that reports what it did. `MEDSHARE_CHROMIUM` names the browser.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const browser = process.env.MEDSHARE_CHROMIUM;

export const withoutBrowser = browser ? false : 'MEDSHARE_CHROMIUM does not name a browser';

// Serves what the page reads, by what `answer` says of a path: a media type and the content. Waits for what it reports.
const serve = async (t, policy, answer) => {
  let report;
  const reported = new Promise((resolve) => (report = resolve));
  const server = createServer(async (request, response) => {
    response.setHeader('content-security-policy', policy);
    if (request.method === 'POST') {
      const parts = [];
      for await (const part of request) parts.push(part);
      report(JSON.parse(Buffer.concat(parts)));
      return response.end();
    }
    const start = ['text/html', '<!doctype html><script type="module" src="/page.js"></script>'];
    const known = request.url === '/' ? start : answer(request.url.slice(1));
    if (!known) return response.writeHead(404).end();
    const [type, content] = known;
    return response.writeHead(200, { 'content-type': type }).end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  return { url: `http://127.0.0.1:${server.address().port}/`, reported };
};

// What `page.js`, which `answer` serves as any other path, reports.
export const visit = async (t, policy, answer) => {
  const { url, reported } = await serve(t, policy, answer);
  const profile = mkdtempSync(join(tmpdir(), 'medshare-browser-'));
  // Without its sandbox, which it does not have as root: it visits this page only.
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', `--user-data-dir=${profile}`];
  // In a group of its own, so that its helpers, which write into the profile, end with it.
  const running = spawn(browser, [...flags, url], { stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => running.once('exit', resolve));
  t.after(async () => {
    try {
      process.kill(-running.pid, 'SIGKILL');
    } catch ({ code }) {
      if (code !== 'ESRCH') throw new Error(`the browser cannot be ended: ${code}`);
    }
    await ended;
    rmSync(profile, { recursive: true, maxRetries: 20 });
  });
  const early = ended.then((code) => ({ error: `the browser ended with ${code} before the page reported` }));
  return Promise.race([reported, early]);
};
