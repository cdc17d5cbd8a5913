// Limits of what a viewer takes into memory.

/** Most bytes of a file that a viewer, which needs it at once, opens. */
export const MOST_AT_ONCE = 1 << 29;

/** Collects what is written to it, and fails at the first byte beyond the limit: what a header says is not believed. */
export class LimitedCollector {
  readonly #parts: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  /** Where to write. */
  readonly writable: WritableStream<Uint8Array>;

  /** At most so many bytes. `tooLarge` is the error's text. */
  constructor(most: number, tooLarge: string) {
    this.writable = new WritableStream({
      write: (part) => {
        this.#size += part.length;
        if (this.#size > most) {
          this.#parts.length = 0;
          throw new Error(tooLarge);
        }
        this.#parts.push(new Uint8Array(part));
      },
    });
  }

  /** What was written. */
  blob(): Blob {
    return new Blob(this.#parts);
  }
}
