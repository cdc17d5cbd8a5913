// Envelopes: what is sealed opens, with the right key and nothing else, and in constant memory.

import assert from 'node:assert/strict';
import { openAsBlob } from 'node:fs';
import { open } from 'node:fs/promises';
import { test } from 'node:test';
import { RecordKey, collect, openEnvelope, sealEnvelope } from 'medshare-js';
import { folder } from './command.js';

const MiB = 1 << 20;

const bytes = (length) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 0xff);
const read = async (blob) => new Uint8Array(await blob.arrayBuffer());

const seal = async (document, key = RecordKey.generate()) => {
  const { blob, result } = await collect((sink) => sealEnvelope(document, key, sink));
  assert.equal(blob.size, result.size);
  return { key, envelope: blob, sealed: result };
};

// Writes down what becomes of a sink.
const watched = () => {
  const state = { written: 0, end: 'open' };
  const sink = new WritableStream({
    write: (piece) => void (state.written += piece.length),
    close: () => void (state.end = 'closed'),
    abort: () => void (state.end = 'aborted'),
  });
  return { state, sink };
};

const refused = async (envelope, key, registered, code) => {
  const { state, sink } = watched();
  await assert.rejects(openEnvelope(envelope, key, registered, sink), { name: 'MedshareError', code });
  assert.equal(state.end, 'aborted', 'what was written is to be thrown away');
};

// Lengths around those of chunks and of the header.
for (const length of [0, 1, 65_535 - 44, 65_536 - 44, 65_536, 200_000]) {
  test(`a document of ${length} bytes comes out as it went in`, async () => {
    const document = bytes(length);
    for (const source of [document, new Blob([document]), new Blob([document]).stream()]) {
      const { key, envelope, sealed } = await seal(source);
      assert.equal(sealed.plaintextSize, length);
      const opened = await collect((sink) => openEnvelope(envelope, key, sealed, sink));
      assert.equal(opened.result, length);
      assert.deepEqual(await read(opened.blob), document);
    }
  });
}

test('the same document is sealed differently each time', async () => {
  const key = RecordKey.generate();
  const [one, other] = [await seal(bytes(10), key), await seal(bytes(10), key)];
  assert.notEqual(one.sealed.ciphertext, other.sealed.ciphertext);
  assert.notEqual(one.sealed.plaintext, other.sealed.plaintext);
});

test('another key, another file, another document are told apart', async () => {
  const { key, envelope, sealed } = await seal(bytes(100_000));
  const other = await seal(bytes(100_000));
  await refused(envelope, RecordKey.generate(), sealed, 'WrongKey');
  await refused(other.envelope, key, sealed, 'WrongCiphertext');
  await refused(envelope, key, { ...sealed, plaintext: other.sealed.plaintext }, 'WrongPlaintext');

  const damaged = await read(envelope);
  damaged[damaged.length - 1] ^= 1;
  await refused(damaged, key, sealed, 'WrongCiphertext');
  await refused((await read(envelope)).slice(0, -1), key, sealed, 'WrongCiphertext');
  await refused(new Blob([envelope, 'more']), key, sealed, 'WrongCiphertext');
});

test('a ciphertext without end is not read without end', async () => {
  const { key, sealed } = await seal(bytes(10));
  let given = 0;
  const endless = new ReadableStream({
    pull(controller) {
      given += 1;
      controller.enqueue(new Uint8Array(1000));
    },
  });
  await refused(endless, key, sealed, 'WrongCiphertext');
  assert.ok(given < 10, `${given} pieces were read`);
});

test('a source that fails, a sink that fails, a signal: each is told as it is, and ends everything', async () => {
  const { key, envelope, sealed } = await seal(bytes(300_000));
  const failing = () =>
    new ReadableStream({
      pull(controller) {
        controller.error(new Error('the disk is gone'));
      },
    });
  const full = () =>
    new WritableStream({
      write() {
        throw new Error('the disk is full');
      },
    });
  for (const [source, sink] of [[failing(), watched().sink], [envelope, full()]]) {
    await assert.rejects(openEnvelope(source, key, sealed, sink), /the disk is/);
  }
  await assert.rejects(sealEnvelope(failing(), key, watched().sink), /the disk is gone/);
  await assert.rejects(sealEnvelope(bytes(300_000), key, full()), /the disk is full/);

  const { state, sink } = watched();
  const signal = AbortSignal.abort(new Error('no longer'));
  await assert.rejects(openEnvelope(envelope, key, sealed, sink, { signal }), /no longer/);
  assert.equal(state.end, 'aborted');
  const sealing = watched();
  await assert.rejects(sealEnvelope(bytes(10), key, sealing.sink, { signal }), /no longer/);
  assert.equal(sealing.state.end, 'aborted');
});

test('progress is told, and ends with all', async () => {
  const told = [];
  const { key, envelope, sealed } = await seal(bytes(200_000));
  await openEnvelope(envelope, key, sealed, watched().sink, { progress: (n) => told.push(n) });
  assert.equal(told.at(-1), 200_000);
  assert.ok(told.length > 2 && told.every((n, i) => i === 0 || n > told[i - 1]));
});

// The document is several times what may be held meanwhile.
test('a large file is sealed and opened without being in memory', async (t) => {
  const size = 128 * MiB;
  const piece = bytes(MiB);
  let given = 0;
  const document = new ReadableStream(
    {
      pull(controller) {
        if (given === size) return controller.close();
        given += piece.length;
        controller.enqueue(piece.slice());
      },
    },
    { highWaterMark: 0 },
  );
  let peak = 0;
  const idle = process.memoryUsage().arrayBuffers;
  const look = () => void (peak = Math.max(peak, process.memoryUsage().arrayBuffers - idle));
  const path = folder(t)('envelope');
  const file = await open(path, 'w');
  // What `Writable.toWeb` of Node.js 20 gives takes 16384 pieces before it asks anybody to wait.
  const disk = new WritableStream({ write: async (bytes) => void (await file.write(bytes)), close: () => file.close() });
  const key = RecordKey.generate();
  const sealed = await sealEnvelope(document, key, disk, { progress: look });
  assert.equal(sealed.plaintextSize, size);
  const { sink } = watched();
  t.diagnostic(`${peak} bytes held while it was sealed`);
  assert.equal(await openEnvelope(await openAsBlob(path), key, sealed, sink, { progress: look }), size);
  t.diagnostic(`${peak} bytes held in all`);
  assert.ok(peak > 0 && peak < size / 2, `${peak} bytes were held`);
});
