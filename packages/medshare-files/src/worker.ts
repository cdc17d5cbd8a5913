// One task in a worker, which ends with it: so its memory is free again, and nothing survives a fault.

import { check, deidentify, describe, load, pack, subject, type Reader, type Sink } from './engine.js';
import { failureOf } from './error.js';
import type { Answer, Task } from './task.js';

// Of the types of workers, which exclude those of pages, only this is needed.
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };
declare const postMessage: (answer: Answer) => void;

/** Milliseconds between two reports of progress. */
const PROGRESS = 100;
/** Bytes that are given to the browser at once, which may lay them on its disk. */
const PIECE = 4 << 20;

/** Reads a blob by pieces. */
class BlobReader implements Reader {
  readonly #sync = new FileReaderSync();
  readonly #blob: Blob;
  readonly #progress: (bytes: number) => void;

  constructor(blob: Blob, progress: (bytes: number) => void) {
    this.#blob = blob;
    this.#progress = progress;
  }

  get size(): number {
    return this.#blob.size;
  }

  read(offset: number, into: Uint8Array): void {
    into.set(new Uint8Array(this.#sync.readAsArrayBuffer(this.#blob.slice(offset, offset + into.length))));
    this.#progress(into.length);
  }
}

/** Makes a blob of what is written. */
class BlobSink implements Sink {
  readonly #parts: Blob[] = [];
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;

  write(piece: Uint8Array): void {
    this.#pieces.push(piece.slice());
    this.#bytes += piece.length;
    if (this.#bytes >= PIECE) this.#settle();
  }

  #settle(): void {
    this.#parts.push(new Blob(this.#pieces));
    this.#pieces = [];
    this.#bytes = 0;
  }

  finish(type: string): Blob {
    this.#settle();
    return new Blob(this.#parts, { type });
  }
}

/** Says now and then how much was read of what will be, about. */
const progressOf = (): ((bytes: number) => void) => {
  let read = 0;
  let next = 0;
  return (bytes) => {
    read += bytes;
    const now = performance.now();
    if (now < next) return;
    next = now + PROGRESS;
    postMessage({ read });
  };
};

const run = (task: Task): Answer => {
  const progress = progressOf();
  const { file, name, kind } = task;
  const input = (blob: Blob) => ({ name, kind, reader: new BlobReader(blob, progress) });
  switch (task.call) {
    case 'describe':
      return { result: describe(input(file)) };
    case 'check':
      return { result: check(input(file), task.values) };
    case 'subject':
      return { result: subject(input(file), task.secret) };
    case 'pack': {
      const sink = new BlobSink();
      const files = task.files.map((member) => ({ name: member.name, reader: new BlobReader(member.file, progress) }));
      const leftOut = pack(name, files, sink);
      return { result: { leftOut, blob: sink.finish('application/zip') } };
    }
    case 'deidentify': {
      const sink = new BlobSink();
      const made = deidentify(input(file), task, sink);
      const blob = sink.finish(file.type);
      return { result: { ...made, blob, left: check(input(blob)) } };
    }
  }
};

addEventListener('message', ({ data }: MessageEvent<{ module: WebAssembly.Module; task: Task }>) => {
  try {
    load(data.module);
    postMessage(run(data.task));
  } catch (thrown) {
    const { code, message, hint } = failureOf(thrown);
    postMessage({ failure: { code, message, hint: hint ?? null } });
  }
});
