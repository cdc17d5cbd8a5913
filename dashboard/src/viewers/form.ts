// What a file is, by its first bytes: names and media types lie.

/** How a file is shown. */
export type Form = 'fhir' | 'ndjson' | 'dicom' | 'pdf' | 'image' | 'csv' | 'text' | 'zip' | 'bytes';

/** What a file was recognised as. */
export interface Recognised {
  /** How it is shown. */
  readonly form: Form;
  /** Its media type, as its bytes say. */
  readonly mediaType: string;
}

/** Bytes that are looked at. */
const HEAD = 1 << 16;

const ascii = (text: string): readonly number[] => [...text].map((letter) => letter.charCodeAt(0));

/** Signatures at fixed places; what browsers cannot show is shown as bytes, under its own name. */
const SIGNATURES: readonly { at: number; bytes: readonly number[]; form: Form; mediaType: string }[] = [
  { at: 128, bytes: ascii('DICM'), form: 'dicom', mediaType: 'application/dicom' },
  { at: 0, bytes: ascii('%PDF-'), form: 'pdf', mediaType: 'application/pdf' },
  { at: 0, bytes: [0x89, ...ascii('PNG\r\n')], form: 'image', mediaType: 'image/png' },
  { at: 0, bytes: [0xff, 0xd8, 0xff], form: 'image', mediaType: 'image/jpeg' },
  { at: 0, bytes: ascii('GIF8'), form: 'image', mediaType: 'image/gif' },
  { at: 8, bytes: ascii('WEBP'), form: 'image', mediaType: 'image/webp' },
  { at: 4, bytes: ascii('ftypavif'), form: 'image', mediaType: 'image/avif' },
  { at: 0, bytes: ascii('BM'), form: 'image', mediaType: 'image/bmp' },
  { at: 0, bytes: [0x49, 0x49, 0x2a, 0x00], form: 'bytes', mediaType: 'image/tiff' },
  { at: 0, bytes: [0x4d, 0x4d, 0x00, 0x2a], form: 'bytes', mediaType: 'image/tiff' },
  { at: 0, bytes: [0x50, 0x4b, 0x03, 0x04], form: 'zip', mediaType: 'application/zip' },
  { at: 0, bytes: [0x50, 0x4b, 0x05, 0x06], form: 'zip', mediaType: 'application/zip' },
  { at: 0, bytes: [0x1f, 0x8b], form: 'bytes', mediaType: 'application/gzip' },
];

/** The text at the beginning of a file, if it is text. A character that is cut off at the end does no harm. */
const textOf = (head: Uint8Array): string | undefined => {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le').decode(head);
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be').decode(head);
  if (head.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    // Old exports are Latin-1. Control characters other than those of text do not occur in it.
    const text = new TextDecoder('windows-1252').decode(head);
    // eslint-disable-next-line no-control-regex
    return /[\u0001-\u0008\u000e-\u001a]/.test(text) ? undefined : text;
  }
};

/** Whether the lines of a text have the same number of one separator, at least one. */
const isTable = (text: string, whole: boolean): string | undefined => {
  const lines = text.split(/\r?\n/);
  if (!whole) lines.pop();
  const rows = lines.filter((line) => line !== '').slice(0, 20);
  if (rows.length < 2) return undefined;
  return ['\t', ';', ','].find((separator) => {
    // What is in quotes may hold separators.
    const counts = rows.map((row) => row.replace(/"[^"]*"/g, '').split(separator).length);
    return counts[0]! > 1 && counts.every((count) => count === counts[0]);
  });
};

const recogniseText = (text: string, whole: boolean, told: string): Recognised => {
  const trimmed = text.replace(/^\ufeff/, '').trimStart();
  if (trimmed.startsWith('{')) {
    const firstLine = trimmed.slice(0, trimmed.indexOf('\n') + 1);
    if (/"resourceType"/.test(trimmed)) {
      if (firstLine && isObject(firstLine) && /^\s*\{/.test(trimmed.slice(firstLine.length))) {
        return { form: 'ndjson', mediaType: 'application/fhir+ndjson' };
      }
      return { form: 'fhir', mediaType: 'application/fhir+json' };
    }
    return { form: 'text', mediaType: 'application/json' };
  }
  if (/^(MSH|FHS|BHS)\|/.test(trimmed)) return { form: 'text', mediaType: 'x-application/hl7-v2+er7' };
  if (trimmed.startsWith('<')) return { form: 'text', mediaType: /^<!doctype html|^<html/i.test(trimmed) ? 'text/html' : 'application/xml' };
  const separator = isTable(text, whole);
  if (separator === '\t') return { form: 'csv', mediaType: 'text/tab-separated-values' };
  if (separator !== undefined || told.startsWith('text/csv')) return { form: 'csv', mediaType: 'text/csv' };
  return { form: 'text', mediaType: 'text/plain' };
};

const isObject = (line: string): boolean => {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return false;
  }
};

/**
 * Recognises a file by its first 64 KiB. The media type that its owner told decides only between what the bytes leave open.
 */
export const recognise = async (file: Blob, told = ''): Promise<Recognised> => {
  const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
  const found = SIGNATURES.find(({ at, bytes }) => bytes.every((byte, i) => head[at + i] === byte));
  if (found) return { form: found.form, mediaType: found.mediaType };
  const text = head.length === 0 ? undefined : textOf(head);
  if (text !== undefined) return recogniseText(text, file.size <= HEAD, told);
  return { form: 'bytes', mediaType: 'application/octet-stream' };
};
