// What a DICOM object is: codes, counts, period and completeness.

import type { Element } from 'dicom-parser';
import { Tally, type CodeSystem, type Descriptor } from './descriptor.js';
import { PIXEL_DATA, SYNTAX, broken, label, openDicom, textOf, type Elements, type Opened, type Pixels } from './dicom-read.js';

const TAG = {
  mediaStorageSopClass: 'x00020002',
  transferSyntax: 'x00020010',
  directoryRecords: 'x00041220',
  directoryRecordType: 'x00041430',
  sopClass: 'x00080016',
  sopInstance: 'x00080018',
  studyDate: 'x00080020',
  seriesDate: 'x00080021',
  acquisitionDate: 'x00080022',
  contentDate: 'x00080023',
  modality: 'x00080060',
  codeValue: 'x00080100',
  codingScheme: 'x00080102',
  patientId: 'x00100020',
  studyInstance: 'x0020000d',
  seriesInstance: 'x0020000e',
  studyId: 'x00200010',
  seriesNumber: 'x00200011',
  samplesPerPixel: 'x00280002',
  photometricInterpretation: 'x00280004',
  numberOfFrames: 'x00280008',
  rows: 'x00280010',
  columns: 'x00280011',
  bitsAllocated: 'x00280100',
  contentSequence: 'x0040a730',
} as const;

/** What every object has (PS3.3, type 1 and 2 attributes of the patient, study, series and SOP common modules). */
const EXPECTED = [
  TAG.sopClass,
  TAG.sopInstance,
  TAG.studyInstance,
  TAG.seriesInstance,
  TAG.modality,
  TAG.studyDate,
  TAG.studyId,
  TAG.seriesNumber,
  TAG.patientId,
];

/** What an image has besides (PS3.3, image pixel module). */
const EXPECTED_OF_IMAGE = [
  TAG.rows,
  TAG.columns,
  TAG.bitsAllocated,
  TAG.samplesPerPixel,
  TAG.photometricInterpretation,
];

const DATES = [TAG.studyDate, TAG.seriesDate, TAG.acquisitionDate, TAG.contentDate];

/** Sequences whose items are counted at the outermost level, as what. */
const COUNTED = [
  ['x30060020', 'structures'],
  ['x300a00b0', 'beams'],
  ['x300a03a2', 'beams'],
  ['x300a0070', 'fraction groups'],
  ['x54000100', 'waveforms'],
] as const;

/** Coding schemes (PS3.16 section 8.2). */
const SCHEMES = new Map<string, CodeSystem>([
  ['SCT', 'Snomed'],
  ['LN', 'Loinc'],
  ['I10', 'Icd10'],
  ['I10P', 'Icd10'],
  ['RXNORM', 'RxNorm'],
  ['CVX', 'Cvx'],
]);

const MEDIA_STORAGE_DIRECTORY = '1.2.840.10008.1.3.10';

/** The types of directory records that are counted: what is not in the standard might say anything. */
const DIRECTORY_RECORDS = new Set([
  'PATIENT',
  'STUDY',
  'SERIES',
  'IMAGE',
  'SR DOCUMENT',
  'RT DOSE',
  'RT STRUCTURE SET',
  'RT PLAN',
  'PRESENTATION',
  'WAVEFORM',
  'ENCAP DOC',
  'KEY OBJECT DOC',
]);

/**
 * Describes a DICOM file.
 *
 * @throws {MedshareError} `Unreadable`, with the element and where it is.
 */
export const describeDicom = async (file: Blob): Promise<{ descriptor: Descriptor; remarks: readonly string[] }> => {
  const opened = await openDicom(file);
  const tally = new Tally();
  if (textOf(opened.meta, TAG.mediaStorageSopClass) === MEDIA_STORAGE_DIRECTORY) tallyDirectory(opened, tally);
  else tallyInstance(opened, tally);
  return { descriptor: tally.finish('Dicom', 'application/dicom', file.size), remarks: opened.remarks };
};

/** A DICOMDIR by itself is described by the number of its records. */
const tallyDirectory = ({ parts }: Opened, tally: Tally): void => {
  tally.code('Dicom', MEDIA_STORAGE_DIRECTORY);
  for (const part of parts) {
    for (const item of itemsOf(part, part.elements[TAG.directoryRecords])) {
      const type = textOf(item, TAG.directoryRecordType);
      if (type !== undefined && DIRECTORY_RECORDS.has(type)) tally.count(type.toLowerCase(), 1);
    }
  }
};

const tallyInstance = (opened: Opened, tally: Tally): void => {
  const { meta, parts, pixels } = opened;
  const text = (tag: string): string | undefined => first(parts, (part) => textOf(part, tag));
  const sopClass = textOf(meta, TAG.mediaStorageSopClass) ?? text(TAG.sopClass);
  if (sopClass === undefined) throw broken('it does not say what it is: no media storage SOP class');
  tally.code('Dicom', sopClass);
  for (const tag of DATES) tally.date(text(tag));
  if (pixels !== undefined) {
    const frames = framesOf(text(TAG.numberOfFrames));
    checkPixels(opened, pixels, frames);
    tally.count('frames', frames);
  }
  const expected = pixels === undefined ? EXPECTED : [...EXPECTED, ...EXPECTED_OF_IMAGE];
  const present = expected.filter((tag) => parts.some(({ elements }) => elements[tag] !== undefined));
  tally.expect(present.length, expected.length);
  for (const [tag, of] of COUNTED) {
    const items = parts.flatMap((part) => itemsOf(part, part.elements[tag]));
    if (items.length > 0) tally.count(of, items.length);
  }
  const content = parts.reduce((sum, part) => sum + walk(part, tally), 0);
  if (content > 0) tally.count('content items', content);
  const modality = text(TAG.modality);
  // The value representation CS (PS3.5 section 6.2).
  if (modality !== undefined && /^[A-Z0-9 _]{1,16}$/.test(modality)) tally.modality(modality);
};

const first = <T>(parts: readonly Elements[], of: (part: Elements) => T | undefined): T | undefined => {
  for (const part of parts) {
    const found = of(part);
    if (found !== undefined) return found;
  }
  return undefined;
};

const itemsOf = (part: Elements, element: Element | undefined): Elements[] =>
  (element?.items ?? []).map((item) => ({ ...part, elements: item.dataSet?.elements ?? {} }));

/** Counts codes at every depth, and gives the number of content items of a structured report. */
const walk = (part: Elements, tally: Tally): number => {
  const code = textOf(part, TAG.codeValue);
  const system = SCHEMES.get(textOf(part, TAG.codingScheme) ?? '');
  if (code !== undefined && system !== undefined) tally.code(system, code);
  let content = 0;
  for (const element of Object.values(part.elements)) {
    const items = itemsOf(part, element);
    if (element.tag === TAG.contentSequence) content += items.length;
    for (const item of items) content += walk(item, tally);
  }
  return content;
};

/** How many frames; one if it does not say. */
const framesOf = (said: string | undefined): number => {
  if (said === undefined) return 1;
  const frames = /^\+?\d+$/.test(said) ? Number(said) : 0;
  if (frames > 0 && Number.isSafeInteger(frames)) return frames;
  throw broken(`its ${label(TAG.numberOfFrames)} NumberOfFrames is no number of frames: ${JSON.stringify(said)}`);
};

/**
 * Uncompressed pixel data must be as long as rows, columns, samples, bits and frames say, and compressed ones have a
 * fragment a frame: otherwise the file was cut or composed wrongly.
 */
const checkPixels = ({ meta, parts }: Opened, { tag, bytes, fragments }: Pixels, frames: number): void => {
  const syntax = textOf(meta, TAG.transferSyntax) ?? '';
  if (fragments !== undefined) {
    if (fragments === 0) throw broken(`its ${label(tag)} has no fragment: it is truncated`);
    // MPEG-2, MPEG-4 AVC and HEVC have fewer fragments than frames (PS3.5 section 8.2.5 to 8.2.11).
    if (fragments < frames && !/^1\.2\.840\.10008\.1\.2\.4\.10[0-8]/.test(syntax)) {
      throw broken(
        `its ${label(tag)} has ${fragments} fragments where its header says ${frames} frames: it is truncated`,
      );
    }
    return;
  }
  // Encapsulated data would have fragments.
  if (!Object.values(SYNTAX).includes(syntax)) return;
  const value = (of: string): number => {
    const number = first(parts, (part) => integerOf(part, of));
    if (number === undefined) throw broken(`it has pixel data but no ${label(of)}`);
    return number;
  };
  const said = value(TAG.samplesPerPixel);
  const [rows, columns] = [value(TAG.rows), value(TAG.columns)];
  const bits = tag === PIXEL_DATA ? value(TAG.bitsAllocated) : tag === 'x7fe00008' ? 32 : 64;
  // Chrominance at half the width.
  const interpretation = first(parts, (part) => textOf(part, TAG.photometricInterpretation)) ?? '';
  const samples = ['YBR_FULL_422', 'YBR_PARTIAL_422'].includes(interpretation) ? 2 : said;
  const expected = (BigInt(rows) * BigInt(columns) * BigInt(samples) * BigInt(bits) * BigInt(frames) + 7n) / 8n;
  if (BigInt(bytes) < expected) {
    throw broken(`its ${label(tag)} has ${bytes} bytes where its header says ${expected}: it is truncated`);
  }
};

/** An unsigned number of 16 bits, which is how images say their measures. */
const integerOf = ({ bytes, parser, elements }: Elements, tag: string): number | undefined => {
  const element = elements[tag];
  if (element === undefined || element.length < 2) return undefined;
  return parser.readUint16(bytes, element.dataOffset);
};
