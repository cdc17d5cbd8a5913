// What a page uses: the readers in workers, so that the page goes on and can end them.

import { FilesError } from './error.js';
import type { Answer, Member, Task } from './task.js';
import type { Checked, Deidentified, Description, Kind, Rules } from './types.js';

export { FilesError } from './error.js';
export type { ErrorCode } from './error.js';
export type { Member } from './task.js';
export type * from './types.js';

/** What holds for every task. */
export interface Options {
  /** As what the file is read; without it, as what it is by its content. */
  readonly kind?: Kind | undefined;
  /** What errors call a blob that has no name. */
  readonly name?: string | undefined;
  /** Ends the task: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Hears about ten times a second which part of the work is done, from 0 to 1, as far as that can be said; it never falls. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** What becomes of a file that is de-identified. */
export interface Copy extends Deidentified {
  /** The copy. */
  readonly blob: Blob;
  /** What a check finds in the copy: nothing structured, but for what no program can take out. */
  readonly left: Checked;
}

/** A folder as one file. */
export interface Packed {
  /** The zip. */
  readonly blob: Blob;
  /** Files that are not in it, as systems leave them behind. */
  readonly leftOut: readonly string[];
}

/** Workers that run at the same time; what is asked for besides waits. */
const MOST = 2;

let module: Promise<WebAssembly.Module> | undefined;

/** Compiles the readers, once for all tasks. Pages may call it before, so that the first task begins sooner. */
export const load = async (): Promise<void> => {
  await compiled();
};

const compiled = (): Promise<WebAssembly.Module> => {
  module ??= fetched().catch((error: unknown) => {
    // The next task tries again.
    module = undefined;
    throw new FilesError(
      'NotLoaded',
      `the readers of medshare could not be loaded: ${error instanceof Error ? error.message : error}`,
      'Reload the page. Its server has to serve the file that ends in .wasm, and the content security policy to permit it.',
    );
  });
  return module;
};

const fetched = async (): Promise<WebAssembly.Module> => {
  const response = await fetch(new URL('../wasm/medshare_files_wasm_bg.wasm', import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  // Servers that know no media type for it keep it from being compiled while it is fetched.
  if (response.headers.get('content-type') === 'application/wasm') return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
};

let running = 0;
const waiting: (() => void)[] = [];

/** Waits for its turn. */
const turn = async (signal: AbortSignal | undefined): Promise<void> => {
  signal?.throwIfAborted();
  if (running < MOST) {
    running += 1;
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const begin = (): void => {
      signal?.removeEventListener('abort', leave);
      resolve();
    };
    const leave = (): void => {
      waiting.splice(waiting.indexOf(begin), 1);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', leave, { once: true });
    waiting.push(begin);
  });
};

/** Lets the next one begin, in whose favour this one's place is kept. */
const ended = (): void => {
  const next = waiting.shift();
  if (next) next();
  else running -= 1;
};

type Asked = Task extends infer T ? (T extends Task ? Omit<T, 'file' | 'name' | 'kind'> : never) : never;

/** Runs a task that reads so many bytes, about. */
const run = async <T>(file: Blob, asked: Asked, bytes: number, options: Options): Promise<T> => {
  const { signal, kind, onProgress } = options;
  const name = options.name ?? (file instanceof File ? file.name : 'the file');
  const task = { ...asked, file, name, kind } as Task;
  await turn(signal);
  let worker: Worker | undefined;
  let abort: (() => void) | undefined;
  try {
    const module = await compiled();
    signal?.throwIfAborted();
    const started = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    worker = started;
    return await new Promise<T>((resolve, reject) => {
      abort = () => reject(signal?.reason);
      signal?.addEventListener('abort', abort, { once: true });
      started.addEventListener('error', (event) => {
        event.preventDefault();
        reject(new FilesError('NotLoaded', `the worker of medshare could not run: ${event.message || 'it was not loaded'}`,
          'Reload the page. Its content security policy has to permit workers of its own origin.'));
      });
      started.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
        if ('read' in data) {
          onProgress?.(Math.min(data.read / bytes, 0.99));
        } else if ('failure' in data) {
          reject(new FilesError(data.failure.code, data.failure.message, data.failure.hint));
        } else {
          onProgress?.(1);
          resolve(data.result as T);
        }
      });
      started.postMessage({ module, task });
    });
  } finally {
    if (abort) signal?.removeEventListener('abort', abort);
    worker?.terminate();
    ended();
  }
};

/** What a file is: its descriptor, which goes on the chain; remarks for its owner; and by which elements it identifies. */
export const describeFile = (file: Blob, options: Options = {}): Promise<Description> =>
  run(file, { call: 'describe' }, file.size, options);

/** What in a file identifies a person. The values themselves are in it only if they are asked for. */
export const checkFile = (file: Blob, options: Options & { readonly values?: boolean } = {}): Promise<Checked> =>
  run(file, { call: 'check', values: options.values ?? false }, 2 * file.size, options);

/**
 * A copy of a file without what identifies, the changes, and what a check finds in the copy. The same file, secret and rules
 * give the same copy. `secret` is the institution's: 64 hex digits, as {@link generateSecret} makes it, or the content of
 * the file in which `medshare` keeps it.
 */
export const deidentifyFile = (
  file: Blob,
  options: Options & Rules & { readonly secret: string },
): Promise<Copy> => {
  const { secret, dates, keepText, keepCharacteristics, patient } = options;
  const rules = JSON.parse(JSON.stringify({ dates, keepText, keepCharacteristics, patient })) as Rules;
  return run(file, { call: 'deidentify', secret, ...rules }, 4 * file.size, options);
};

/**
 * The pseudonym of the only patient of a file under an institution's secret: 64 hex digits, under which records of one patient
 * may be linked on the chain. Nothing if the file does not say who that is, or names several.
 */
export const subjectOf = (file: Blob, options: Options & { readonly secret: string }): Promise<string | undefined> =>
  run(file, { call: 'subject', secret: options.secret }, file.size, options);

/**
 * The files of a folder as the one zip that stands for it, and is the same for the same files: what `medshare` shares of a
 * folder. Give it to the other functions as a file. Errors call the folder `name`.
 */
export const packFiles = (files: readonly Member[], options: Omit<Options, 'kind'> = {}): Promise<Packed> => {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 1);
  return run(new Blob(), { call: 'pack', files }, bytes, { ...options, name: options.name ?? 'the folder' });
};

/** The files of a folder that `<input type="file" webkitdirectory>` has, by their names below it. */
export const membersOf = (files: Iterable<File>): Member[] =>
  Array.from(files, (file) => {
    const path = file.webkitRelativePath || file.name;
    return { file, name: path.slice(path.indexOf('/') + 1) };
  });

/** A new secret of an institution: 64 hex digits, to be kept, and to be given to nobody outside. */
export const generateSecret = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(32)), (byte) => byte.toString(16).padStart(2, '0')).join('');
