// The package in a real browser, under the content security policy that it asks for: in workers, from blobs that are read by
// pieces, it comes to what the readers come to in Node.js.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { build } from 'esbuild';
import { check, deidentify, describe, load, subject } from 'medshare-files/engine';
import { visit, withoutBrowser } from '../../medshare-js/test/browser.js';
import { collecting, readerOf } from './held.js';
import { broken, good, kept } from './samples.js';

const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'";
const SECRET = '17'.repeat(32);
const wasm = readFileSync(new URL('../wasm/medshare_files_wasm_bg.wasm', import.meta.url));
const samples = { ...good, ...broken, ...kept };

// As a bundler lays them out: the page, and the worker beside it.
const bundle = async () => {
  const entryPoints = { page: new URL('page.js', import.meta.url).pathname, worker: new URL('../dist/worker.js', import.meta.url).pathname };
  const options = { bundle: true, platform: 'browser', format: 'esm', write: false, logLevel: 'error', outdir: '/' };
  const { outputFiles } = await build({ entryPoints, ...options });
  return Object.fromEntries(outputFiles.map(({ path, contents }) => [path.slice(1), contents]));
};

const attempt = (call) => {
  try {
    return call();
  } catch ({ code, message, hint }) {
    return { code, message, hint };
  }
};

const expected = (name, content) => {
  const input = { name, reader: readerOf(content) };
  return {
    description: attempt(() => describe(input)),
    checked: attempt(() => check(input)),
    copy: attempt(() => {
      const sink = collecting();
      const { removed, report } = deidentify(input, { secret: SECRET }, sink);
      const copy = sink.content();
      const left = check({ name, reader: readerOf(copy) });
      return { removed, report, left, sha256: createHash('sha256').update(copy).digest('hex'), type: 'text/example' };
    }),
  };
};

test('a browser finds, changes and writes what the readers do in Node.js', { skip: withoutBrowser, timeout: 240_000 }, async (t) => {
  const scripts = await bundle();
  const { error, results, progress, aborted, waited, fault, packed, secret } = await visit(t, POLICY, (path) => {
    if (path in scripts) return ['text/javascript', scripts[path]];
    if (path === 'wasm/medshare_files_wasm_bg.wasm') return ['application/wasm', wasm];
    if (path === 'samples.json') return ['application/json', JSON.stringify(Object.keys(samples))];
    const name = decodeURIComponent(path.replace('samples/', ''));
    return name in samples ? ['application/octet-stream', samples[name]] : undefined;
  });
  assert.equal(error, undefined);
  load(wasm);
  for (const [name, content] of Object.entries(samples)) {
    // What is undefined is not in JSON.
    assert.deepEqual(results[name], JSON.parse(JSON.stringify(expected(name, content))), name);
  }
  assert.equal(progress.at(-1), 1);
  assert.ok(progress.every((done, i) => done >= (progress[i - 1] ?? 0)), `${progress}`);
  assert.deepEqual(aborted, ['stopped', 'stopped', 'stopped']);
  assert.equal(waited, true);
  assert.equal(fault.code, 'NotLoaded');
  assert.deepEqual(packed, {
    leftOut: ['.DS_Store'],
    counts: [{ of: 'application/fhir+json', number: 1 }, { of: 'text/csv', number: 1 }],
    type: 'application/zip',
    subject: subject({ name: 'patient.json', reader: readerOf(good['patient.json']) }, SECRET),
  });
  assert.match(secret, /^[0-9a-f]{64}$/);
});
