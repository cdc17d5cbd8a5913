// The example of the README does what it says.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { openAsBlob, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as medshare from 'medshare-js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const [, example] = /```js\n([\s\S]*?)```/.exec(readme);
const [, names, body] = /^import \{(.*)\} from 'medshare-js';\n([\s\S]*)$/.exec(example);

// A vault that takes and gives everything; what it refuses is tested elsewhere.
const vault = async (t) => {
  const blobs = new Map();
  const account = medshare.Identity.generate().address;
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const bytes = Buffer.concat(parts);
    const limits = { max_blob_bytes: 1 << 30, resumable: false };
    const info = { account, genesis: `0x${'11'.repeat(32)}`, time: Date.now(), limits };
    const address = `0x${createHash('sha256').update(bytes).digest('hex')}`;
    const answers = {
      GET: () => (request.url === '/v1/info' ? info : blobs.get(request.url)),
      PUT: () => (blobs.set(request.url, bytes), { blob: address, size: bytes.length, created: true }),
      POST: () => ({ url: `v1/blobs/${JSON.parse(bytes).blob.slice(2)}`, expires: 0, size: 0 }),
    };
    const answer = answers[request.method]();
    response.end(answer instanceof Buffer ? answer : JSON.stringify(answer));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${server.address().port}`;
};

test('the example seals, brings, fetches and opens', async (t) => {
  const passphrase = 'correct horse battery';
  const keyFile = await medshare.Identity.generate().toKeyFile(passphrase, { workFactor: 2 });
  const path = fileURLToPath(new URL('../../../tests/fixtures/fhir/atencio.json', import.meta.url));
  const files = { 'ward.age': new Blob([keyFile]), 'bundle.json': await openAsBlob(path) };
  const AsyncFunction = (async () => undefined).constructor;
  const run = new AsyncFunction('medshare', 'file', 'passphrase', 'vaultUrl', `const {${names}} = medshare;\n${body}
    return { opened, version };`);
  const { opened, version } = await run(medshare, (name) => files[name], passphrase, await vault(t));
  assert.equal(await opened.blob.text(), readFileSync(path, 'utf8'));
  assert.equal(version.descriptor.mediaType, 'application/fhir+json');
  assert.equal(version.locators[0].blob, version.ciphertext);
});

test('what the README names is there', () => {
  const exported = [...readme.matchAll(/^\|.*\| (`.*`) \|$/gm)].flatMap(([, cell]) => cell.match(/\w+/g));
  assert.ok(exported.length > 8);
  for (const name of exported) assert.equal(typeof medshare[name], 'function', name);
});

// Node built-ins in what browsers load would be seen only there.
test('nothing of Node.js is in the package', () => {
  const index = readFileSync(new URL('../dist/index.js', import.meta.url), 'utf8');
  const seen = new Set();
  const walk = (url, text) => {
    for (const [, name] of text.matchAll(/from '([^']+)'/g)) {
      assert.doesNotMatch(name, /^node:/, String(url));
      if (!name.startsWith('.') || seen.has(new URL(name, url).href)) continue;
      seen.add(new URL(name, url).href);
      walk(new URL(name, url), readFileSync(new URL(name, url), 'utf8'));
    }
    assert.doesNotMatch(text, /\b(Buffer|process|require)\b[.(]/, String(url));
  };
  walk(new URL('../dist/index.js', import.meta.url), index);
  assert.ok(seen.size > 15);
});
