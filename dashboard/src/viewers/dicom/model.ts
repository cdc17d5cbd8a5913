// What a reader sees of a DICOM object besides its pixels: its elements, by their names, and how its window can be set.

/** An element as dcmjs gives it: its representation and its values. */
export interface RawElement {
  /** Value representation, such as `LO`. */
  readonly vr: string;
  /** Its values; items of a sequence are data sets. */
  readonly Value?: readonly unknown[] | undefined;
}

/** A data set as dcmjs gives it, by tags such as `00100010`. */
export type RawDataset = Readonly<Record<string, RawElement>>;

/** How much there is of a value that has no words. */
export interface Bytes {
  readonly size: number;
  /** In how many parts. */
  readonly fragments: number;
}

/** A line of the table of elements. */
export interface TagRow {
  /** The tag, such as `(0010,0010)`. */
  readonly tag: string;
  /** How deep in sequences it is; 0 at the top. */
  readonly depth: number;
  /** Value representation. */
  readonly vr: string;
  /** Its name in the standard's dictionary; empty for private elements and those that it does not know. */
  readonly name: string;
  /** Its value in words, whole; of a sequence how many items it has; of bytes nothing. */
  readonly value: string;
  /** Its bytes, if these are its value. */
  readonly bytes?: Bytes | undefined;
  /** Whether it is private: what it means only its maker knows. */
  readonly isPrivate: boolean;
}

/** Most characters of a value that are shown before it is opened. */
const MOST_CHARACTERS = 256;

/** Most rows of a table: an object with more is not for reading. */
export const MOST_ROWS = 20_000;

const isDataset = (value: unknown): value is RawDataset =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer);

const sizeOf = (value: unknown): number | undefined =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value) ? value.byteLength : undefined;

/** How many bytes the values of an element are, if they are nothing else. */
export const bytesOf = (values: readonly unknown[] = []): Bytes | undefined => {
  const sizes = values.map(sizeOf).filter((size) => size !== undefined);
  if (sizes.length === 0 || sizes.length < values.length) return undefined;
  return { size: sizes.reduce((sum, size) => sum + size, 0), fragments: sizes.length };
};

const one = (value: unknown): string => {
  if (typeof value === 'object' && value !== null && 'Alphabetic' in value) {
    // A name of a person, perhaps also in ideographs and by sound.
    return Object.values(value).filter((part) => typeof part === 'string' && part !== '').join(' = ');
  }
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '');
};

/** The values of an element, joined as DICOM joins them. */
export const valueText = (values: readonly unknown[] = []): string => values.map(one).join('\\');

/** A value as it is shown before it is opened. */
export const shortened = (value: string): string => (value.length > MOST_CHARACTERS ? `${value.slice(0, MOST_CHARACTERS)}…` : value);

/** The rows of a data set, sequences with their items below them; and how many more there would be. */
export const tagRows = (dataset: RawDataset, nameOf: (tag: string) => string): { rows: TagRow[]; left: number } => {
  const rows: TagRow[] = [];
  let left = 0;
  const add = (set: RawDataset, depth: number): void => {
    for (const key of Object.keys(set).sort()) {
      const element = set[key];
      // What is no tag is a note of the library's.
      if (!element || !/^[0-9A-F]{8}$/i.test(key)) continue;
      const items = element.vr === 'SQ' ? (element.Value ?? []) : [];
      if (rows.length < MOST_ROWS) rows.push({ depth, ...rowOf(key, element, nameOf) });
      else left += 1;
      for (const item of items) if (isDataset(item)) add(item, depth + 1);
    }
  };
  add(dataset, 0);
  return { rows, left };
};

const rowOf = (key: string, { vr, Value = [] }: RawElement, nameOf: (tag: string) => string): Omit<TagRow, 'depth'> => {
  const tag = `(${key.slice(0, 4)},${key.slice(4)})`.toUpperCase();
  const isPrivate = parseInt(key.slice(3, 4), 16) % 2 === 1;
  const bytes = bytesOf(Value);
  const value = vr === 'SQ' ? `[${Value.length}]` : bytes ? '' : valueText(Value);
  return { tag, vr, name: isPrivate ? '' : nameOf(tag), value, isPrivate, ...(bytes ? { bytes } : {}) };
};

/** Most characters of a value in which words are looked for: a few values of megabytes would keep the page from answering. */
export const MOST_SEARCHED = 4_096;

/** What is looked for in a row, in lower case. */
export const searchedIn = ({ tag, vr, name, value }: TagRow): string =>
  `${tag} ${tag.replace(/[(),]/g, '')} ${vr} ${name} ${value.slice(0, MOST_SEARCHED)}`.toLowerCase();

/** The rows in which all of these words occur. `lines` are those of `searchedIn`, row by row. */
export const filteredRows = (rows: readonly TagRow[], lines: readonly string[], words: string): readonly TagRow[] => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return rows;
  return rows.filter((_, at) => wanted.every((word) => lines[at]?.includes(word)));
};

/** Which values become black and white: those half a width below and above the centre. */
export interface Window {
  /** The middle, in the units of the image, such as Hounsfield units. */
  readonly center: number;
  /** From black to white. */
  readonly width: number;
}

/** A window with its name. */
export interface Preset extends Window {
  /** Its name: a key of the texts, or what the file says. */
  readonly name: string;
  /** Whether the file says it. */
  readonly ofFile: boolean;
}

/** What radiologists usually set for CT, in Hounsfield units. */
const OF_CT: readonly Preset[] = [
  { name: 'abdomen', center: 40, width: 400, ofFile: false },
  { name: 'lung', center: -600, width: 1500, ofFile: false },
  { name: 'bone', center: 400, width: 1800, ofFile: false },
  { name: 'brain', center: 40, width: 80, ofFile: false },
];

/** The windows to choose from: those of the file, then the usual ones of its modality. */
export const presetsOf = (modality: string, ofFile: readonly Preset[]): readonly Preset[] =>
  modality === 'CT' ? [...ofFile, ...OF_CT] : ofFile;

/**
 * The window after the pointer moved by so many pixels: to the right it becomes wider, up it becomes brighter, in steps
 * that go with its width.
 */
export const dragged = ({ center, width }: Window, dx: number, dy: number): Window => {
  const step = Math.max(width, 1) / 256;
  return { center: round(center + dy * step), width: Math.max(1, round(width + dx * step)) };
};

const round = (value: number): number => Math.round(value * 100) / 100;

/**
 * Whether the pixels of an object that are not compressed, in little-endian order, reach beyond the end of its file. The
 * reader fills up what is missing and says nothing.
 */
export const isCutOff = (bytes: Uint8Array): boolean => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isPixelData = (at: number): boolean => view.getUint32(at, true) === 0x0010_7fe0;
  const isWords = (at: number): boolean => bytes[at] === 0x4f && (bytes[at + 1] === 0x57 || bytes[at + 1] === 0x42);
  for (let at = bytes.lastIndexOf(0xe0); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(0xe0, at - 1)) {
    if (at + 12 > bytes.length || !isPixelData(at)) continue;
    // Explicit: its representation, two bytes without use, its length. Implicit: its length.
    const header = isWords(at + 4) ? 12 : 8;
    return at + header + view.getUint32(at + header - 4, true) > bytes.length;
  }
  return false;
};

/** Transfer syntaxes whose pixels are as they are, in little-endian order. */
export const PLAIN: ReadonlySet<string> = new Set(['1.2.840.10008.1.2', '1.2.840.10008.1.2.1']);

/** Transfer syntaxes whose pixels are not compressed. */
export const UNCOMPRESSED: ReadonlySet<string> = new Set([
  ...PLAIN,
  '1.2.840.10008.1.2.1.99',
  '1.2.840.10008.1.2.2',
]);
