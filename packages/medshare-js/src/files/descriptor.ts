// Descriptors: what of a file the chain knows, counted as `crates/files` counts it.

import { MedshareError } from '../error.js';

/** Vocabularies, in the order of the chain. */
export const CODE_SYSTEMS = ['Snomed', 'Loinc', 'Icd10', 'RxNorm', 'Cvx', 'Dicom', 'Mondo'] as const;

/** A vocabulary that codes are from. */
export type CodeSystem = (typeof CODE_SYSTEMS)[number];

/** A medical code. */
export interface Code {
  /** The vocabulary. */
  readonly system: CodeSystem;
  /** The code itself, at most 64 bytes. */
  readonly code: string;
}

/** How often something occurs in a file. */
export interface Count {
  /** What is counted: a FHIR resource type, `frames`. At most 32 bytes. */
  readonly of: string;
  /** How many. */
  readonly number: number;
}

/** A month of a year: as coarse as a date may be on the chain. */
export interface YearMonth {
  /** Year, Gregorian. */
  readonly year: number;
  /** Month, 1 to 12. */
  readonly month: number;
}

/** What buyers see of a record before they buy, in the words of the command's JSON. */
export interface Descriptor {
  /** The kind of file. */
  readonly kind: 'Fhir' | 'Dicom';
  /** Its media type. */
  readonly media_type: string;
  /** DICOM modalities, joined by backslashes. */
  readonly modality: string | null;
  /** The 32 most frequent medical codes in it, in order. */
  readonly codes: readonly Code[];
  /** What it contains how often, the 32 most frequent, in order. */
  readonly counts: readonly Count[];
  /** Bytes of the plaintext. */
  readonly plaintext_size: number;
  /** Share of the expected elements that are present, in percent, 0 to 100. */
  readonly completeness: number;
  /** First and last month that the data speak of. */
  readonly period: readonly [YearMonth, YearMonth] | null;
}

/** A file that cannot be described, and why. */
export const unreadable = (form: string, reason: string, cause?: unknown): MedshareError =>
  new MedshareError('Unreadable', `this is no ${form} file that can be described: ${reason}`, {
    hint: 'Export it again; `medshare describe` reads all other forms.',
    cause,
  });

/** How many entries of a kind a descriptor holds. */
const MOST = 32;
const MOST_DISTINCT = 1 << 18;
const MOST_U32 = 0xffff_ffff;
const MOST_CODE_BYTES = 64;

/** What a reader has counted so far. */
export class Tally {
  // By the system's index and the code, which has no blank: so the order of the keys is the order of the chain.
  readonly #codes = new Map<string, number>();
  readonly #counts = new Map<string, number>();
  readonly #modalities = new Map<string, number>();
  #period: [number, number] | undefined;
  #present = 0;
  #expected = 0;

  code(system: CodeSystem, code: string): void {
    // A code with other characters than codes have would be free text, which may say anything.
    if (!/^[0-9A-Za-z._:/+-]+$/.test(code) || code.length > MOST_CODE_BYTES) return;
    const key = `${CODE_SYSTEMS.indexOf(system)} ${code}`;
    if (this.#codes.size < MOST_DISTINCT || this.#codes.has(key)) increase(this.#codes, key, 1);
  }

  count(of: string, number: number): void {
    increase(this.#counts, of, number);
  }

  modality(modality: string): void {
    increase(this.#modalities, modality, 1);
  }

  /** Takes a date that begins `YYYY-MM` (FHIR) or `YYYYMM` (DICOM). A bare year counts as its January. */
  date(text: string | undefined): void {
    const month = text === undefined ? undefined : monthOf(text);
    if (month === undefined) return;
    const [first, last] = this.#period ?? [month, month];
    this.#period = [Math.min(first, month), Math.max(last, month)];
  }

  /** Adds to what was expected, and to what of it is there. */
  expect(present: number, expected: number): void {
    this.#present += present;
    this.#expected += expected;
  }

  has(of: string): boolean {
    return this.#counts.has(of);
  }

  /** The descriptor: of codes and counts the most frequent 32, in order. Nothing expected is all there. */
  finish(kind: Descriptor['kind'], mediaType: string, size: number): Descriptor {
    const truncated = new Map([...this.#counts].sort(byKey).map(([of, number]) => [of.slice(0, 32), number]));
    return {
      kind,
      media_type: mediaType,
      modality: joined(this.#modalities),
      codes: mostFrequent(this.#codes).map(([key]) => ({
        system: CODE_SYSTEMS[Number(key[0])] ?? 'Snomed',
        code: key.slice(2),
      })),
      counts: mostFrequent(truncated).map(([of, number]) => ({ of, number })),
      plaintext_size: size,
      completeness: this.#expected === 0 ? 100 : Math.floor((this.#present * 100) / this.#expected),
      period: this.#period ? [yearMonth(this.#period[0]), yearMonth(this.#period[1])] : null,
    };
  }
}

const increase = (map: Map<string, number>, key: string, number: number): void => {
  map.set(key, Math.min((map.get(key) ?? 0) + number, MOST_U32));
};

// Everything that is ordered here is ASCII, in which the order of code units is that of bytes.
const byKey = ([a]: [string, number], [b]: [string, number]): number => (a < b ? -1 : a > b ? 1 : 0);

const byFrequency = (a: [string, number], b: [string, number]): number => b[1] - a[1] || byKey(a, b);

const mostFrequent = (counted: Map<string, number>): [string, number][] =>
  [...counted].sort(byFrequency).slice(0, MOST).sort(byKey);

/** Modalities as DICOM writes several values; of more than fit into 16 bytes, the most frequent. */
const joined = (modalities: Map<string, number>): string | null => {
  const kept: string[] = [];
  for (const [modality] of [...modalities].sort(byFrequency)) {
    if ([...kept, modality].join('\\').length <= 16) kept.push(modality);
  }
  return kept.length > 0 ? kept.sort().join('\\') : null;
};

/** Months since the year 0. */
const monthOf = (date: string): number | undefined => {
  const digits = /^\d{0,6}/.exec(date.replaceAll('-', ''))?.[0] ?? '';
  if (digits.length < 4) return undefined;
  const year = Number(digits.slice(0, 4));
  const month = digits.length === 6 ? Number(digits.slice(4)) : 1;
  return year >= 1850 && year <= 2200 && month >= 1 && month <= 12 ? year * 12 + month - 1 : undefined;
};

const yearMonth = (months: number): YearMonth => ({ year: Math.floor(months / 12), month: (months % 12) + 1 });
