// Streams: where bytes come from, and what counts and hashes them on the way.

import { sha256 } from '@noble/hashes/sha2.js';
import { toHex, type Hex } from './bytes.js';

/** Where a file comes from. A `Blob` is read piece by piece: `File` in browsers, `openAsBlob` of `node:fs` in Node.js. */
export type Source = Blob | ReadableStream<Uint8Array> | Uint8Array;

/** How far something is: bytes so far. */
export type Progress = (bytes: number) => void;

/** What long work takes besides what it works on. */
export interface Options {
  /** Is told how far it is. */
  readonly progress?: Progress;
  /** Ends the work early, with the signal's reason. */
  readonly signal?: AbortSignal;
}

export const streamOf = (source: Source): ReadableStream<Uint8Array> => {
  if (source instanceof Uint8Array) {
    return new ReadableStream({
      start(controller) {
        controller.enqueue(source);
        controller.close();
      },
    });
  }
  return source instanceof Blob ? source.stream() : source;
};

/** SHA-256 and length of what passes. */
export class Digest {
  readonly #hasher = sha256.create();
  /** Bytes so far. */
  bytes = 0;

  update(piece: Uint8Array): void {
    this.#hasher.update(piece);
    this.bytes += piece.length;
  }

  /** The hash. Nothing passes any more. */
  finish(): Hex {
    return toHex(this.#hasher.digest());
  }
}

/** Passes everything on, and calls for each piece. */
export const tap = (each: (piece: Uint8Array) => void): TransformStream<Uint8Array, Uint8Array> =>
  new TransformStream({
    transform(piece, controller) {
      each(piece);
      controller.enqueue(piece);
    },
  });

/**
 * The address of a file as a blob, which is its SHA-256, and its size in bytes. Reads it in constant memory.
 */
export const blobAddress = async (source: Source, options: Options = {}): Promise<{ blob: Hex; size: number }> => {
  const digest = new Digest();
  const count = new WritableStream<Uint8Array>({
    write(piece) {
      digest.update(piece);
      options.progress?.(digest.bytes);
    },
  });
  await streamOf(source).pipeTo(count, options.signal ? { signal: options.signal } : {});
  return { blob: digest.finish(), size: digest.bytes };
};

/** Gives a sink to somebody who writes, and everything that was written as a `Blob`. In memory, or where the browser keeps it. */
export const collect = async <T>(
  write: (sink: WritableStream<Uint8Array>) => Promise<T>,
): Promise<{ blob: Blob; result: T }> => {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  // Both at once: nothing flows unless somebody reads. If writing fails, that is the error to tell.
  const blob = new Response(readable as ReadableStream<Uint8Array<ArrayBuffer>>).blob();
  blob.catch(() => undefined);
  const result = await write(writable);
  return { blob: await blob, result };
};
