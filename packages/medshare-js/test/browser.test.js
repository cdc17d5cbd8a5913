// The package in a real browser: the same descriptors, envelopes that open, under a content security policy that permits no
// evaluation of texts.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { build } from 'esbuild';
import { visit, withoutBrowser } from './browser.js';

const fixtures = new URL('../../../tests/fixtures/', import.meta.url);
const expected = JSON.parse(readFileSync(new URL('descriptors.json', fixtures), 'utf8'));

const bundle = async () => {
  const page = { contents: readFileSync(new URL('page.js', import.meta.url), 'utf8'), resolveDir: import.meta.dirname };
  const options = { bundle: true, platform: 'browser', format: 'esm', write: false, logLevel: 'error' };
  const { outputFiles: [file] } = await build({ stdin: page, ...options });
  return file.contents;
};

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'";

test('a browser seals, opens, describes and proves', { skip: withoutBrowser, timeout: 120_000 }, async (t) => {
  const script = await bundle();
  const { error, descriptors, opened, proved } = await visit(t, POLICY, (name) => {
    if (name === 'page.js') return ['text/javascript', script];
    if (name in expected || name === 'descriptors.json') {
      return ['application/octet-stream', readFileSync(new URL(name, fixtures))];
    }
    return undefined;
  });
  assert.equal(error, undefined);
  assert.deepEqual(descriptors, expected);
  assert.deepEqual(opened, Object.keys(expected));
  assert.equal(proved, true);
});
