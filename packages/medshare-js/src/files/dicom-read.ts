// DICOM Part 10 files, read by dicom-parser. Pixel data are looked at from outside only: how long they are, how many
// fragments they have, and whether all of them are there.

import dicomParser, { type ByteArrayParser, type DataSet, type Element } from 'dicom-parser';
import { MedshareError, reasonOf } from '../error.js';
import { MOST_HELD, Window, parseAt, slice } from './blob.js';
import { unreadable } from './descriptor.js';

/** Pixel data, or those of floating point numbers. */
export const PIXEL_DATA = 'x7fe00010';
const PIXELS = new Set(['x7fe00008', 'x7fe00009', PIXEL_DATA]);

const PREAMBLE = 132;
const UNDEFINED = 0xffff_ffff;
const ITEM = 0xfffe_e000;
const SEQUENCE_END = 0xfffe_e0dd;

/** Most bytes that a deflated data set may become here, where it is held. */
const MOST_INFLATED = 1 << 30;

/** Transfer syntaxes whose pixels are not compressed. */
export const SYNTAX = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  bigEndian: '1.2.840.10008.1.2.2',
};

/** A data set, in the bytes that it was read from. */
export interface Elements {
  readonly bytes: Uint8Array;
  readonly parser: ByteArrayParser;
  readonly elements: DataSet['elements'];
}

/** Where the pixels of an object are, and how long. */
export interface Pixels {
  readonly tag: string;
  /** Bytes of the value, those of all fragments and the offset table if it is encapsulated. */
  readonly bytes: number;
  /** How many fragments, without the offset table; nothing if it is not encapsulated. */
  readonly fragments: number | undefined;
}

/** A file that was read without its pixels. */
export interface Opened {
  readonly meta: Elements;
  /** The data set before the pixels, and what follows them. */
  readonly parts: readonly Elements[];
  readonly pixels: Pixels | undefined;
  readonly remarks: readonly string[];
}

/** Value representations that came into the standard after dicom-parser, which would misread their lengths. */
const LATER = new Set(['OV', 'SV', 'UV']);

interface Encoding {
  readonly explicit: boolean;
  readonly parser: ByteArrayParser;
}

export const broken = (reason: string, cause?: unknown): MedshareError => unreadable('DICOM', reason, cause);

/** A text value without what fills it up. */
export const textOf = ({ bytes, elements }: Elements, tag: string): string | undefined => {
  const element = elements[tag];
  if (element === undefined || element.items !== undefined) return undefined;
  const value = bytes.subarray(element.dataOffset, element.dataOffset + element.length);
  const text = new TextDecoder('latin1').decode(value).replace(/^[\0 ]+|[\0 ]+$/g, '');
  return text === '' ? undefined : text;
};

export const openDicom = async (file: Blob): Promise<Opened> => {
  const start = await slice(file, 0, PREAMBLE);
  if (new TextDecoder('latin1').decode(start.subarray(128)) !== 'DICM') {
    throw broken('it has no Part 10 header (a 128-byte preamble, then DICM)');
  }
  const little = dicomParser.littleEndianByteArrayParser;
  const { part: meta, end } = await readElements(file, PREAMBLE, { explicit: true, parser: little }, true);
  const syntax = textOf(meta, 'x00020010');
  if (syntax === undefined) throw broken('its meta group names no transfer syntax');
  for (const { tag, vr } of Object.values(meta.elements)) {
    if (vr === 'UI' && !/^[0-9.\0\t\n\f\r ]*$/.test(textOf(meta, tag) ?? '')) {
      throw broken(`${label(tag)} of its meta group is no UID: it has something else than digits and dots`);
    }
  }
  const encoding = {
    explicit: syntax !== SYNTAX.implicit,
    parser: syntax === SYNTAX.bigEndian ? dicomParser.bigEndianByteArrayParser : little,
  };
  const deflated = syntax === SYNTAX.deflated;
  const [data, from] = deflated ? [await inflate(file, end), 0] : [file, end];
  const before = await readElements(data, from, encoding, false);
  const parts = [before.part];
  let [pixels, padded]: [Pixels | undefined, boolean] = [undefined, before.padded];
  if (before.pixels !== undefined) {
    const found = await readPixels(data, before.pixels, before.end, encoding.parser);
    ({ pixels } = found);
    const after = await readElements(data, found.end, encoding, false);
    if (after.pixels !== undefined) throw broken('it has pixel data twice');
    parts.push(after.part);
    padded = after.padded;
  }
  const remarks: string[] = [];
  if (start.subarray(0, 128).some((byte) => byte !== 0)) {
    remarks.push('its first 128 bytes, which mean nothing in DICOM, are not empty; they are shared as they are');
  }
  if (padded) remarks.push('zeros follow its last element; they are shared as they are');
  return { meta, parts, pixels, remarks };
};

/** What was read from a place on, where it ended, and the head of the pixel data if they stopped it. */
interface ReadPart {
  readonly part: Elements;
  /** Where it ended: at the value of the pixel data, at the first element after the meta group, or at the end. */
  readonly end: number;
  readonly pixels: Element | undefined;
  readonly padded: boolean;
}

const readElements = async (file: Blob, from: number, encoding: Encoding, isMeta: boolean): Promise<ReadPart> => {
  const read = await parseAt(file, from, (bytes, isAll) => parse(bytes, isAll, from, encoding, isMeta)).catch(
    (error: unknown) => {
      // dicom-parser throws texts, and a stack that overflows says that sequences never end.
      throw error instanceof MedshareError ? error : broken(`${reasonOf(error)}: it is truncated or damaged`, error);
    },
  );
  if (read === undefined) throw broken(`its values without pixel data have more than ${MOST_HELD} bytes`);
  return read;
};

const parse = (
  bytes: Uint8Array,
  isAll: boolean,
  from: number,
  { explicit, parser }: Encoding,
  isMeta: boolean,
): ReadPart | undefined => {
  const elements: DataSet['elements'] = {};
  const part = { bytes, parser, elements };
  const warnings: string[] = [];
  let position = 0;
  while (position < bytes.length) {
    if (isPadding(bytes, position)) {
      return isAll ? { part, end: from + bytes.length, pixels: undefined, padded: true } : undefined;
    }
    const stream = new dicomParser.ByteStream(parser, bytes, position);
    const tag = dicomParser.readTag(stream);
    if (isMeta && !tag.startsWith('x0002')) {
      return { part, end: from + position, pixels: undefined, padded: false };
    }
    stream.position = position;
    const until = PIXELS.has(tag) ? tag : undefined;
    const element = explicit
      ? dicomParser.readDicomElementExplicit(stream, warnings, until)
      : dicomParser.readDicomElementImplicit(stream, until);
    checkRepresentation(element, from);
    if (until !== undefined) return { part, end: from + element.dataOffset, pixels: element, padded: false };
    if (stream.position > bytes.length) {
      throw broken(
        `${label(tag)} at byte ${from + position} claims ${element.length} bytes where ` +
          `${Math.max(0, bytes.length - element.dataOffset)} are left: it is truncated, or the length is wrong`,
      );
    }
    if ([...warnings, ...stream.warnings].some((warning) => /^eof|unexpected tag|missing/.test(warning))) {
      throw broken(`${label(tag)} at byte ${from + position} never ends: it is truncated`);
    }
    elements[tag] = element;
    ({ position } = stream);
  }
  return isAll ? { part, end: from + position, pixels: undefined, padded: false } : undefined;
};

/** Whether nothing but zeros follows, which some programs write to fill up. */
const isPadding = (bytes: Uint8Array, position: number): boolean =>
  bytes.subarray(position, position + 4).every((byte) => byte === 0) &&
  bytes.subarray(position).every((byte) => byte === 0);

const checkRepresentation = ({ tag, vr, dataOffset, items }: Element, from: number): void => {
  // What begins with a zero, dicom-parser gives as nothing.
  if (vr !== undefined && !/^[A-Z]{2}$/.test(vr)) {
    const shown = JSON.stringify(vr);
    throw broken(`${label(tag)} before byte ${from + dataOffset} has the value representation ${shown}, which there is not`);
  }
  if (vr !== undefined && LATER.has(vr)) {
    throw broken(`${label(tag)} before byte ${from + dataOffset} has the value representation ${vr}, which is not read here`);
  }
  for (const item of items ?? []) {
    for (const element of Object.values(item.dataSet?.elements ?? {})) {
      if (element.tag !== 'xfffee00d') checkRepresentation(element, from);
    }
  }
};

/** How long the pixels are, and where they end. */
const readPixels = async (
  file: Blob,
  { tag, length }: Element,
  from: number,
  parser: ByteArrayParser,
): Promise<{ pixels: Pixels; end: number }> => {
  if (length !== UNDEFINED) {
    if (from + length > file.size) {
      throw broken(
        `${label(tag)} claims ${length} bytes where ${file.size - from} are left: it is truncated, or the length is wrong`,
      );
    }
    return { pixels: { tag, bytes: length, fragments: undefined }, end: from + length };
  }
  const window = new Window(file);
  let [place, bytes, items] = [from, 0, 0];
  for (;;) {
    const header = await window.at(place, 8);
    if (header.length < 8) throw broken(`the list of fragments of ${label(tag)} never ends: the file is truncated`);
    const item = parser.readUint16(header, 0) * 0x1_0000 + parser.readUint16(header, 2);
    const size = parser.readUint32(header, 4);
    place += 8;
    // The first is the offset table.
    if (item === SEQUENCE_END) return { pixels: { tag, bytes, fragments: Math.max(0, items - 1) }, end: place };
    if (item !== ITEM) throw broken(`at byte ${place - 8} something else is where a fragment of ${label(tag)} is expected`);
    if (place + size > file.size) {
      throw broken(`a fragment of ${label(tag)} at byte ${place} claims ${size} bytes where ${file.size - place} are left`);
    }
    [place, bytes, items] = [place + size, bytes + size, items + 1];
  }
};

/** Inflates a data set. */
const inflate = async (file: Blob, from: number): Promise<Blob> => {
  const attempt = async (to: number): Promise<Blob> => {
    let length = 0;
    const limited = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(piece, controller) {
        length += piece.length;
        if (length > MOST_INFLATED) throw broken(`its data set inflates to more than ${MOST_INFLATED} bytes`);
        controller.enqueue(piece);
      },
    });
    const inflated = file.slice(from, to).stream().pipeThrough(new DecompressionStream('deflate-raw')).pipeThrough(limited);
    return new Response(inflated).blob();
  };
  const refused = (error: unknown): never => {
    throw error instanceof MedshareError
      ? error
      : broken(`its deflated data set cannot be inflated: ${reasonOf(error)}`, error);
  };
  return attempt(file.size).catch(async (error: unknown) => {
    if (error instanceof MedshareError) throw error;
    // A zero that makes the length even may follow, which the standard stream takes for a mistake.
    const [last] = await slice(file, file.size - 1, file.size);
    return last === 0 ? attempt(file.size - 1).catch(refused) : refused(error);
  });
};

/** `(gggg,eeee)`. */
export const label = (tag: string): string => `(${tag.slice(1, 5)},${tag.slice(5)})`.toUpperCase();
