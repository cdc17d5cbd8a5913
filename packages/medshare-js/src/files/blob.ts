// Reading a file here and there.

/** Bytes that are looked at first. Most of what is not pixels fits into it. */
const FIRST = 1 << 18;

/** Most bytes besides pixels that are held in memory, as the readers of auditors have it. */
export const MOST_HELD = 1 << 28;

export const slice = async (file: Blob, from: number, to: number): Promise<Uint8Array> =>
  new Uint8Array(await file.slice(from, Math.min(to, file.size)).arrayBuffer());

/**
 * Parses what begins at a place from as few bytes as it takes. The parser returns nothing, or throws, if it needs more; what
 * it says when it has all bytes counts. Returns nothing if that is more than may be held.
 */
export const parseAt = async <T>(
  file: Blob,
  from: number,
  parse: (bytes: Uint8Array, isAll: boolean) => T | undefined,
): Promise<T | undefined> => {
  for (let length = FIRST; ; length *= 4) {
    const isAll = from + length >= file.size;
    const bytes = await slice(file, from, from + length);
    try {
      const result = parse(bytes, isAll);
      if (result !== undefined || isAll) return result;
    } catch (error) {
      if (isAll) throw error;
    }
    if (length >= MOST_HELD) return undefined;
  }
};

/** Reads small things at growing places, with one access for many of them. */
export class Window {
  readonly #file: Blob;
  #bytes: Uint8Array = new Uint8Array();
  #from = 0;

  constructor(file: Blob) {
    this.#file = file;
  }

  /** So many bytes, or fewer at the end of the file. */
  async at(place: number, length: number): Promise<Uint8Array> {
    if (place < this.#from || place + length > this.#from + this.#bytes.length) {
      this.#bytes = await slice(this.#file, place, place + (1 << 16));
      this.#from = place;
    }
    return this.#bytes.subarray(place - this.#from, place - this.#from + length);
  }
}
