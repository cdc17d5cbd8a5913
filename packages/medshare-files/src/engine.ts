// The readers themselves, which work at once: in a worker, or in Node.js.

import * as wasm from '../wasm/medshare_files_wasm.js';
import type { Reader, Sink } from '../wasm/medshare_files_wasm.js';
import { FilesError, failureOf } from './error.js';
import type { Checked, Deidentified, Description, Kind, Rules } from './types.js';

export type { Reader, Sink };
export { FilesError } from './error.js';
export type { ErrorCode } from './error.js';
export type * from './types.js';

/** A file to read. */
export interface Input {
  /** What errors call it; its ending is compared with its content. */
  readonly name: string;
  /** What reads it. */
  readonly reader: Reader;
  /** As what it is read; without it, as what it is by its content. */
  readonly kind?: Kind | undefined;
}

let state: 'none' | 'ready' | 'broken' = 'none';

/**
 * Loads the readers: the compiled module `medshare_files_wasm_bg.wasm`, or its bytes. Once is enough.
 *
 * @throws {FilesError} `NotLoaded` if it is another module.
 */
export const load = (module: WebAssembly.Module | BufferSource): void => {
  if (state !== 'none') return;
  try {
    wasm.initSync({ module });
    state = 'ready';
  } catch (error) {
    throw new FilesError('NotLoaded', `the readers of medshare could not be loaded: ${error}`, 'Build them with scripts/wasm.sh.');
  }
};

/** Runs one of the readers' functions. What stopped in the middle is not run again: its memory may be in disorder. */
const run = <T>(call: () => T): T => {
  if (state === 'none') throw new FilesError('NotLoaded', 'the readers of medshare are not loaded', 'Call `load` first.');
  if (state === 'broken') throw new FilesError('Fault', 'the readers of medshare stopped before', 'Use a new worker.');
  try {
    return call();
  } catch (error) {
    const failure = failureOf(error);
    if (failure.code === 'Fault') state = 'broken';
    throw failure;
  }
};

/** What a file is. */
export const describe = ({ name, reader, kind }: Input): Description =>
  run(() => JSON.parse(wasm.describe(name, reader, kind)) as Description);

/** What in a file identifies; with the values if they are asked for. */
export const check = ({ name, reader, kind }: Input, values = false): Checked =>
  run(() => JSON.parse(wasm.check(name, reader, kind, values)) as Checked);

/**
 * Writes a copy without what identifies into `sink`: the same file, secret and rules give the same copy. If this throws, what
 * was written is worth nothing.
 */
export const deidentify = (
  { name, reader, kind }: Input,
  { secret, dates, keepText, keepCharacteristics, patient }: Rules & { readonly secret: string },
  sink: Sink,
): Deidentified => {
  // What is not given is not in JSON either.
  const rules = JSON.stringify({ dates, keepText, keepCharacteristics, patient });
  return run(() => JSON.parse(wasm.deidentify(name, reader, kind, secret, rules, sink)) as Deidentified);
};

/**
 * Writes the files of a folder into `sink` as the one zip that stands for it: the same for the same files. Their names are
 * `/`-separated, below the folder `name`. Gives the names of files that are left out, as systems leave them behind.
 */
export const pack = (name: string, files: readonly Input[], sink: Sink): readonly string[] =>
  run(() => {
    const told = wasm.pack(name, files.map((file) => file.name), files.map(({ reader }) => reader), sink);
    return (JSON.parse(told) as { left_out: string[] }).left_out;
  });

/** The pseudonym of the only patient of a file under an institution's secret, or nothing if it names none or several. */
export const subject = ({ name, reader, kind }: Input, secret: string): string | undefined =>
  run(() => wasm.subject(name, reader, kind, secret));
