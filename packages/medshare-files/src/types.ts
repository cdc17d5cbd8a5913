// What the readers say, in the words of the command's JSON.

/** What kind of file a record is. */
export type Kind = 'fhir' | 'dicom' | 'document';

/** How sure it is that something identifies: `structured` if the format says so, `pattern` by its form, `possible` if it may. */
export type Certainty = 'structured' | 'pattern' | 'possible';

/** The kinds of 45 CFR 164.514(b)(2)(i), (A) to (R). */
export type Identifier =
  | 'names'
  | 'geography'
  | 'dates'
  | 'telephone'
  | 'fax'
  | 'email'
  | 'social-security'
  | 'medical-record'
  | 'health-plan'
  | 'account'
  | 'licence'
  | 'vehicle'
  | 'device'
  | 'url'
  | 'ip-address'
  | 'biometric'
  | 'photograph'
  | 'other';

/** Where in a file. */
export type Place =
  /** A FHIRPath with indices, the element without them, and the line from 1 where each is a resource of its own. */
  | { readonly format: 'fhir'; readonly line?: number; readonly path: string; readonly element: string }
  /** Tags and keywords, through sequences, items numbered from 0. */
  | { readonly format: 'dicom'; readonly path: string }
  /** The message from 1; segment, field, repetition and component. */
  | { readonly format: 'hl7'; readonly message: number; readonly path: string }
  /** The column from 1, its name, the first and the last row with it from 1, and how many rows. */
  | {
      readonly format: 'csv';
      readonly column: number;
      readonly name: string;
      readonly first: number;
      readonly last: number;
      readonly rows: number;
    }
  /** Line and byte in it, from 1. */
  | { readonly format: 'text'; readonly line: number; readonly column: number }
  /** A part that has no finer places, such as `pixels`. */
  | { readonly format: 'part'; readonly part: string };

/** Something that identifies, or may. */
export interface Finding {
  /** How sure that is. */
  readonly certainty: Certainty;
  /** What kind it is of. */
  readonly identifier: Identifier;
  /** The file in a zip. */
  readonly file?: string;
  /** Where. */
  readonly place: Place;
  /** What it is, in words. */
  readonly what: string;
  /** The value, if it was asked for. It must not get into a log. */
  readonly value?: string;
}

/** Findings of one kind in one element. */
export interface Summary {
  /** How sure they are. */
  readonly certainty: Certainty;
  /** Their kind. */
  readonly identifier: Identifier;
  /** The element without indices. */
  readonly element: string;
  /** What they are, in words. */
  readonly what: string;
  /** How many. */
  readonly count: number;
  /** Where the first is. */
  readonly first: Place;
}

/** What a check says: what `medshare check --json` prints. */
export interface Checked {
  /** Whether there is nothing structured. */
  readonly clean: boolean;
  /** The distinct elements with something structured: for these sealing is refused, and auditors reject. */
  readonly identifying: readonly string[];
  /** The first hundred places of each kind in each element, at most 10,000 of each certainty; the surest first. */
  readonly findings: readonly Finding[];
  /** How often each kind was found in each element, in all of the file. */
  readonly counts: readonly Summary[];
  /** What the file says about its own de-identification. */
  readonly claims: readonly string[];
  /** What a program cannot see in a file of this kind. */
  readonly limits: readonly string[];
}

/** A month of a year. */
export interface YearMonth {
  /** Year, Gregorian. */
  readonly year: number;
  /** Month, 1 to 12. */
  readonly month: number;
}

/** What buyers see of a record before they buy. */
export interface Descriptor {
  /** The kind of file. */
  readonly kind: 'Fhir' | 'Dicom' | 'Document';
  /** Its media type. */
  readonly media_type: string;
  /** DICOM modalities, joined by backslashes. */
  readonly modality: string | null;
  /** The most frequent medical codes in it, in order. */
  readonly codes: readonly { readonly system: string; readonly code: string }[];
  /** What it contains how often, in order. */
  readonly counts: readonly { readonly of: string; readonly number: number }[];
  /** Bytes of the plaintext. */
  readonly plaintext_size: number;
  /** Share of the expected elements that are present, in percent. */
  readonly completeness: number;
  /** First and last month that the data speak of. */
  readonly period: readonly [YearMonth, YearMonth] | null;
}

/** What a file is: what `medshare describe --json` prints. */
export interface Description {
  /** What goes on the chain. */
  readonly descriptor: Descriptor;
  /** Elements that identify a person, such as `Patient.name`. */
  readonly identifying: readonly string[];
  /** What its owner should know before sharing it. */
  readonly remarks: readonly string[];
}

/** How files are de-identified, besides the secret. */
export interface Rules {
  /** `shift` moves all dates of a patient by the same 1 to 365 days back; `year` keeps years only. Without it, `shift`. */
  readonly dates?: 'shift' | 'year';
  /** Keep free text, with what looks like an identifier struck out. Without it, free text is removed. */
  readonly keepText?: boolean;
  /** Keep a patient's age, sex, size and weight in DICOM. */
  readonly keepCharacteristics?: boolean;
  /** Who the patient is, for files that do not say it as others of the same patient do. */
  readonly patient?: string;
}

/** What de-identification did with a value. */
export type Action = 'removed' | 'emptied' | 'replaced' | 'pseudonymised' | 'shifted' | 'coarsened' | 'redacted';

/** A change that was made. */
export interface Change {
  /** The file in a zip. */
  readonly file?: string;
  /** Where, in the original file. */
  readonly place: Place;
  /** What was done. */
  readonly action: Action;
  /** What kind of identifier it was done for. */
  readonly identifier: Identifier;
}

/** Every change, without any value: what `medshare deidentify --report` writes. */
export interface Report {
  /** `medshare/v1/deidentification`. */
  readonly format: string;
  /** By which rules. */
  readonly profile: string;
  /** What became of dates. */
  readonly dates: 'shift' | 'year';
  /** Whether free text was kept. */
  readonly kept_text: boolean;
  /** Whether the patient's characteristics were kept. */
  readonly kept_characteristics: boolean;
  /** How many changes there were, by kind of identifier and by what was done. */
  readonly counts: Readonly<Partial<Record<Identifier, Readonly<Partial<Record<Action, number>>>>>>;
  /** The changes, in the order of the file. */
  readonly changes: readonly Change[];
}

/** What became of a file. */
export interface Deidentified {
  /** The distinct elements that were changed. */
  readonly removed: readonly string[];
  /** Every change. */
  readonly report: Report;
}
