// Long texts and bytes, page by page: what is not looked at is not read.

/** Bytes of a page of text. */
export const TEXT_PAGE = 64 << 10;

/** Bytes of a page of bytes, and of a line of them. */
export const HEX_PAGE = 2048;
const LINE = 16;

/** Which encoding a text is in, by its first bytes. */
export const encodingOf = (head: Uint8Array): string => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
};

/** Whether a byte goes on with a character of UTF-8 that began before it. */
const goesOn = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;

/** A page of a text, counted from 0, cut between characters. */
export const textPage = async (file: Blob, page: number, encoding: string): Promise<string> => {
  // Up to three bytes more on both sides: so a character that is on both pages is on the first one.
  const [from, to] = [page * TEXT_PAGE, (page + 1) * TEXT_PAGE];
  const bytes = new Uint8Array(await file.slice(from, to + 3).arrayBuffer());
  const length = Math.min(TEXT_PAGE, bytes.length);
  let [start, end] = [0, length];
  if (encoding === 'utf-8') {
    if (page > 0) while (start < 3 && goesOn(bytes[start])) start += 1;
    while (goesOn(bytes[end])) end += 1;
  }
  return new TextDecoder(encoding).decode(bytes.subarray(start, end));
};

/** A line of bytes: where it is, the bytes in hex, and the characters that they would be in ASCII. */
export interface HexLine {
  /** Offset of its first byte, eight hex digits or more. */
  readonly offset: string;
  /** Its bytes. */
  readonly hex: string;
  /** Its characters; a dot for what is none. */
  readonly ascii: string;
}

/** The lines of some bytes that begin at an offset. */
export const hexLines = (bytes: Uint8Array, offset: number): readonly HexLine[] => {
  const lines: HexLine[] = [];
  for (let i = 0; i < bytes.length; i += LINE) {
    const line = [...bytes.subarray(i, i + LINE)];
    lines.push({
      offset: (offset + i).toString(16).padStart(8, '0'),
      hex: line.map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
      ascii: line.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join(''),
    });
  }
  return lines;
};
