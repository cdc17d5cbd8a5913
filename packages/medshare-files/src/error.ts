// What can go wrong.

/** The stable names of what can go wrong. */
export type ErrorCode =
  /** The file could not be read. */
  | 'Read'
  /** The copy could not be written. */
  | 'Write'
  /** The file is empty. */
  | 'Empty'
  /** It is broken: the message says what is wrong, and where. */
  | 'Broken'
  /** A zip that is broken, or that nobody should open. */
  | 'Zip'
  /** Files that cannot be shared as one folder. */
  | 'Folder'
  /** It is of another kind than was named. */
  | 'OtherKind'
  /** What identifies cannot be taken out of it by a program. */
  | 'NotDeidentifiable'
  /** It cannot be read for another reason. */
  | 'Unreadable'
  /** Unpacked, it is more than fits into a browser's memory. */
  | 'TooLarge'
  /** What was given as the institution's secret is none. */
  | 'NoSecret'
  /** A mistake of the caller. */
  | 'Usage'
  /** The readers could not be loaded. */
  | 'NotLoaded'
  /** The readers stopped: a mistake of theirs, or no memory is left. */
  | 'Fault';

/** What every function of this package throws, but for an abort. */
export class FilesError extends Error {
  override readonly name = 'FilesError';
  /** Which kind of mistake it is. */
  readonly code: ErrorCode;
  /** What to do about it, if there is something to do. */
  readonly hint: string | undefined;

  /** An error with its kind, what was wrong, and what to do. */
  constructor(code: ErrorCode, message: string, hint?: string | null) {
    super(message);
    this.code = code;
    this.hint = hint ?? undefined;
  }
}

/** What goes from a worker to the page: errors lose their class on the way. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | null;
}

/** What somebody threw, as what this package throws. */
export const failureOf = (thrown: unknown): FilesError => {
  if (thrown instanceof FilesError) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  try {
    const { code, message, hint } = JSON.parse(text) as Failure;
    if (code && message) return new FilesError(code, message, hint);
  } catch {
    // It is not from the readers.
  }
  return new FilesError(
    'Fault',
    `the readers of medshare stopped: ${text}`,
    'Perhaps no memory is left: the `medshare` command needs less. If it reads the file, report this, without the file.',
  );
};
