// The client of a vault against one that is played here, which keeps to docs/vault.md and can be made to fail. Against the
// real one, it is tested by `tests/polkadot-js`.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { verify } from '@scure/sr25519';
import { Identity, VaultClient, bodyHash, collect, decodeAccount, requestText, walletSigner } from 'medshare-js';
import { fromHex, toHex } from '../dist/bytes.js';

const vector = JSON.parse(
  readFileSync(new URL('../../../crates/client/src/vault/vectors/request.json', import.meta.url), 'utf8'),
);
const utf8 = (text) => new TextEncoder().encode(text);
const sha256 = (bytes) => `0x${createHash('sha256').update(bytes).digest('hex')}`;
const QUICK = { pause: 1, idle: 500 };
const MiB = 1 << 20;

test('the request of the documentation has this text, this name and a valid signature', () => {
  const [, account, nonce, expires, signature] =
    /account="(.*)",nonce="(.*)",expires="(.*)",signature="(.*)"/.exec(vector.authorization);
  const scope = { genesis: vector.genesis, vault: vector.vault };
  const { method, target } = vector;
  const request = { method, target, body: bodyHash(utf8(vector.body)), nonce, expires: Number(expires) };
  const text = requestText(scope, toHex(decodeAccount(account)), request);
  assert.equal(text, vector.text);
  assert.equal(bodyHash(utf8(text)), vector.request);
  assert.ok(verify(utf8(text), fromHex(signature), decodeAccount(account)));
});

const signer = Identity.generate();

// A vault: answers, and what it was asked. `behave` may answer in its place.
const played = async (t, behave = () => false) => {
  const vault = { blobs: new Map(), uploads: new Map(), asked: [], account: Identity.generate().address };
  const send = (response, status, body, headers = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'object' && !(body instanceof Uint8Array) ? JSON.stringify(body) : body);
  };
  vault.refuse = (response, status, code) =>
    send(response, status, { type: `urn:medshare:vault:${code}`, title: code, status, detail: `it says ${code}`, code, action: 'Do something.' }, {
      'content-type': 'application/problem+json; charset=utf-8',
    });
  // The signature must be the account's, over what was really asked.
  const isSigned = ({ headers, method, url }, hash) => {
    const parts = /^Medshare account="(.*)",nonce="([0-9a-f]{32})",expires="(\d+)",signature="(.*)"$/.exec(headers.authorization);
    assert.ok(parts, headers.authorization);
    const [, account, nonce, expires, signature] = parts;
    assert.ok(Number(expires) > Date.now() && Number(expires) < Date.now() + 300_000);
    const text = requestText({ genesis: vector.genesis, vault: vault.account }, account, {
      method, target: url.replace(/^\/mounted/, ''), body: hash, nonce, expires: Number(expires),
    });
    const wrapped = utf8(`<Bytes>${text}</Bytes>`);
    return [utf8(text), wrapped].some((signed) => verify(signed, fromHex(signature), fromHex(account)));
  };
  const routes = async (request, response, body) => {
    const { method, headers } = request;
    const path = request.url.replace(/^\/mounted/, '');
    const digits = path.split(/[/?]/)[3];
    const address = `0x${digits}`;
    const signed = (hash) => isSigned(request, hash) || (vault.refuse(response, 401, 'bad-signature'), false);
    if (path === '/v1/info') {
      const limits = { max_blob_bytes: 64 * MiB, link_lifetime: 60_000, request_lifetime: 300_000, resumable: true };
      return send(response, 200, { account: vault.account, genesis: vector.genesis, version: '0', time: Date.now(), limits });
    }
    if (path === '/v1/usage') {
      return signed(sha256('')) && send(response, 200, { bytes: 1, unregistered: 0, quota: null, unregistered_quota: 5 });
    }
    if (path === '/v1/links') {
      // JSON.parse would round the number of the record.
      const [, record, version, blob] = /^\{"record":(\d+),"version":(\d+),"blob":"(.*)"\}$/.exec(body);
      vault.asked.push(`link ${record} ${version}`);
      if (!signed(sha256(body))) return undefined;
      const found = vault.blobs.get(blob);
      return send(response, 200, { url: `v1/blobs/${blob.slice(2)}?token=1`, expires: Date.now() + 1000, size: found?.length ?? 0 });
    }
    if (method === 'PUT') {
      if (!signed(address)) return undefined;
      if (sha256(body) !== address) return vault.refuse(response, 422, 'address-mismatch');
      const created = !vault.blobs.has(address);
      vault.blobs.set(address, body);
      return send(response, created ? 201 : 200, { blob: address, size: body.length, created });
    }
    if (method === 'GET') {
      const from = Number(/bytes=(\d+)-/.exec(headers.range)?.[1] ?? 0);
      assert.equal(headers.authorization, undefined, 'a link needs no signature');
      const blob = vault.blobs.get(address);
      return send(response, from > 0 ? 206 : 200, blob.subarray(from), { 'content-length': blob.length - from });
    }
    assert.equal(headers['tus-resumable'], '1.0.0');
    if (method === 'POST') {
      const name = `0x${Buffer.from(headers['upload-metadata'].replace('address ', ''), 'base64')}`;
      if (!signed(name)) return undefined;
      if (!vault.uploads.has(name)) vault.uploads.set(name, { length: Number(headers['upload-length']), bytes: Buffer.alloc(0) });
      return send(response, 201, '');
    }
    const upload = vault.uploads.get(address);
    if (!upload) return vault.refuse(response, 404, 'upload-unknown');
    const state = () => ({ 'upload-offset': upload.bytes.length, 'upload-length': upload.length });
    if (method === 'HEAD') return signed(sha256('')) && send(response, 200, '', state());
    if (!signed(address)) return undefined;
    assert.equal(Number(headers['upload-offset']), upload.bytes.length);
    upload.bytes = Buffer.concat([upload.bytes, body]);
    vault.asked.push(`piece of ${body.length}`);
    if (upload.bytes.length === upload.length) {
      if (sha256(upload.bytes) !== address) {
        vault.uploads.delete(address);
        return vault.refuse(response, 422, 'address-mismatch');
      }
      vault.blobs.set(address, upload.bytes);
    }
    return send(response, 204, '', state());
  };
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts);
    if (await behave(vault, request, response, body)) return;
    await routes(request, response, body).catch((error) => vault.refuse(response, 500, String(error)));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close().closeAllConnections());
  const url = `http://127.0.0.1:${server.address().port}`;
  return { vault, url, client: await VaultClient.connect(url, { patience: QUICK }) };
};

const bytes = (length) => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 9)) & 0xff));

const downloaded = async (client, blob, more = {}) => {
  const what = { record: 2n ** 63n, version: 3, blob: sha256(blob), size: blob.length, ...more };
  const { blob: got } = await collect((sink) => client.download(signer, what, sink));
  return Buffer.from(await got.arrayBuffer());
};

test('a blob is brought and fetched, also through a wallet and where the vault is mounted under a path', async (t) => {
  const { vault, client, url } = await played(t);
  const blob = bytes(100_000);
  const told = [];
  const brought = await client.upload(signer, new Blob([blob]), { progress: (n) => told.push(n) });
  assert.deepEqual(brought, { blob: sha256(blob), size: blob.length, created: true });
  assert.deepEqual(told, [blob.length]);
  const wallet = walletSigner(signer.address, {
    async signRaw({ address, data, type }) {
      assert.deepEqual([address, type], [signer.address, 'bytes']);
      return { signature: signer.sign(`<Bytes>${Buffer.from(fromHex(data))}</Bytes>`) };
    },
  });
  const mounted = await VaultClient.connect(`${url}/mounted/`, { genesis: vector.genesis });
  assert.equal((await mounted.upload(wallet, new Blob([blob]))).created, false);
  assert.deepEqual(await downloaded(mounted, blob), blob);
  assert.deepEqual(vault.asked, ['link 9223372036854775808 3'], 'a number that JavaScript numbers do not hold');
  assert.deepEqual(await client.usage(signer), { bytes: 1, unregistered: 0, quota: null, unregistered_quota: 5 });
});

test('a large blob goes in pieces, and on where it broke off', async (t) => {
  let broken = 0;
  const { vault, client } = await played(t, (_, request) => {
    // The second piece is lost on the way, twice.
    const second = request.method === 'PATCH' && request.headers['upload-offset'] !== '0';
    if (!second || broken === 2) return false;
    broken += 1;
    request.socket.destroy();
    return true;
  });
  const blob = bytes(20 * MiB);
  const told = [];
  const brought = await client.upload(signer, new Blob([blob]), { progress: (n) => told.push(n) });
  assert.deepEqual(brought, { blob: sha256(blob), size: blob.length, created: true });
  assert.deepEqual(vault.asked, [`piece of ${16 * MiB}`, `piece of ${4 * MiB}`]);
  assert.deepEqual(told, [16 * MiB, 20 * MiB]);
  assert.deepEqual(vault.blobs.get(sha256(blob)), blob);
});

test('what lay damaged in the vault is sent again from the beginning, once', async (t) => {
  const { vault, client } = await played(t);
  const blob = bytes(9 * MiB);
  vault.uploads.set(sha256(blob), { length: blob.length, bytes: Buffer.alloc(8 * MiB) });
  await client.upload(signer, new Blob([blob]));
  assert.deepEqual(vault.asked, [`piece of ${MiB}`, `piece of ${9 * MiB}`]);
  assert.deepEqual(vault.blobs.get(sha256(blob)), blob);
});

test('a blob that is too large is refused before anything is sent', async (t) => {
  const { vault, client } = await played(t);
  const large = new Blob([new Uint8Array(64 * MiB + 1)]);
  await assert.rejects(client.upload(signer, large), { code: 'TooLarge', message: /takes at most 67108864/ });
  assert.deepEqual(vault.asked, []);
});

test('a download goes on where it broke off, with a new link if the old one ended', async (t) => {
  const blob = bytes(300_000);
  const from = [];
  const { vault, client } = await played(t, (vault, request, response) => {
    if (request.method !== 'GET' || !request.url.includes('token')) return false;
    from.push(request.headers.range ?? 'all');
    if (from.length === 1) {
      response.writeHead(200, { 'content-length': blob.length });
      response.write(blob.subarray(0, 100_000), () => setTimeout(() => response.destroy(), 2_000));
      return true;
    }
    if (from.length === 2) {
      vault.refuse(response, 410, 'link-expired');
      return true;
    }
    return false;
  });
  vault.blobs.set(sha256(blob), blob);
  assert.deepEqual(await downloaded(client, blob), blob);
  assert.deepEqual(from, ['all', 'bytes=100000-', 'bytes=100000-']);
  assert.equal(vault.asked.length, 2);
});

test('what is not the blob does not get through', async (t) => {
  const { vault, client } = await played(t);
  const blob = bytes(1000);
  const address = sha256(blob);
  const refused = async (message) => {
    const state = { end: 'open' };
    const sink = new WritableStream({ close: () => void (state.end = 'closed'), abort: () => void (state.end = 'aborted') });
    const what = { record: 1, version: 1, blob: address, size: blob.length };
    await assert.rejects(client.download(signer, what, sink), { code: 'WrongBlob', message });
    assert.equal(state.end, 'aborted');
  };
  vault.blobs.set(address, Buffer.alloc(1000));
  await refused(/SHA-256/);
  vault.blobs.set(address, Buffer.alloc(1001));
  await refused(/more than the 1000 bytes/);
  vault.blobs.set(address, blob.subarray(0, 999));
  await assert.rejects(downloaded(client, blob), { code: 'Unreachable', message: /999 of 1000/ });
});

test('what a vault refuses is told with its code and what to do, and not tried again', async (t) => {
  let asked = 0;
  const { client } = await played(t, (vault, request, response) => {
    if (request.url !== '/v1/links') return false;
    asked += 1;
    vault.refuse(response, 403, 'no-grant');
    return true;
  });
  await assert.rejects(downloaded(client, bytes(10)), (error) => {
    assert.deepEqual([error.code, error.problem.code, error.hint], ['Refused', 'no-grant', 'Do something.']);
    assert.match(error.message, /it says no-grant/);
    return true;
  });
  assert.equal(asked, 1);
});

test('a vault that is busy is asked five times', async (t) => {
  let asked = 0;
  const { client } = await played(t, (vault, request, response) => {
    if (request.url !== '/v1/links') return false;
    asked += 1;
    vault.refuse(response, 503, 'vault-busy');
    return true;
  });
  await assert.rejects(client.link(signer, { record: 1, version: 1, blob: sha256('') }), { code: 'Refused' });
  assert.equal(asked, 5);
});

test('a vault that falls silent is given up', async (t) => {
  const { vault, client } = await played(t, (_, request, response) => {
    if (!request.url.includes('token')) return false;
    response.writeHead(200, { 'content-length': 10 });
    response.flushHeaders();
    return true;
  });
  vault.blobs.set(sha256(bytes(10)), bytes(10));
  await assert.rejects(downloaded(client, bytes(10)), { code: 'Unreachable', message: /nothing for too long/ });
});

test('a signal ends a transfer at once', async (t) => {
  const ending = new AbortController();
  const { vault, client } = await played(t, (_, request) => {
    if (!request.url.includes('token') && request.method !== 'PUT') return false;
    ending.abort(new Error('no longer wanted'));
    return true;
  });
  const blob = bytes(10);
  vault.blobs.set(sha256(blob), blob);
  const what = { record: 1, version: 1, blob: sha256(blob), size: 10 };
  const sink = new WritableStream();
  await assert.rejects(client.download(signer, what, sink, { signal: ending.signal }), /no longer wanted/);
  await assert.rejects(client.upload(signer, new Blob([blob]), { signal: ending.signal }), /no longer wanted/);
});

test('addresses and services that are no vault are told apart', async (t) => {
  const connect = (address, options) => VaultClient.connect(address, { patience: QUICK, ...options });
  await assert.rejects(connect('vault.example'), { code: 'BadAddress', message: /no URL/ });
  await assert.rejects(connect('ftp://vault.example'), { code: 'BadAddress', message: /http/ });
  await assert.rejects(connect('http://127.0.0.1:1'), { code: 'Unreachable', message: /ECONNREFUSED|bad port/ });
  const { url } = await played(t);
  await assert.rejects(connect(url, { genesis: `0x${'22'.repeat(32)}` }), { code: 'OtherChain' });
  for (const answer of ['<html>', '{}']) {
    const page = async () => new Response(answer);
    await assert.rejects(connect(url, { fetch: page }), { code: 'Unexpected' });
  }
  await assert.rejects(connect(url, { fetch: async () => new Response('', { status: 404 }) }), { code: 'Unexpected', message: /404/ });
});
