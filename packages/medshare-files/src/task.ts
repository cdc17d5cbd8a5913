// What pages and workers say to one another.

import type { Failure } from './error.js';
import type { Kind, Rules } from './types.js';

interface Common {
  /** What is read; of a folder, nothing. */
  readonly file: Blob;
  readonly name: string;
  readonly kind: Kind | undefined;
}

/** A file of a folder. */
export interface Member {
  /** Its name, `/`-separated, below the folder. */
  readonly name: string;
  /** Its content. */
  readonly file: Blob;
}

/** What a worker is asked for. */
export type Task = Common &
  (
    | { readonly call: 'describe' }
    | { readonly call: 'check'; readonly values: boolean }
    | { readonly call: 'subject'; readonly secret: string }
    | { readonly call: 'pack'; readonly files: readonly Member[] }
    | ({ readonly call: 'deidentify'; readonly secret: string } & Rules)
  );

/** What a worker says: how many bytes it has read so far, and in the end one of the other two. */
export type Answer = { readonly read: number } | { readonly result: unknown } | { readonly failure: Failure };
