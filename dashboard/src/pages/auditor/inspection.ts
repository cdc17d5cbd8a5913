// What a program can say about a record: the steps of `medshare audit check` (crates/client/src/auditor.rs), in the browser.

import type { Checked } from 'medshare-files';
import type { Descriptor, Finding, Verdict } from '../../chain/shapes.js';
import type { Description } from '../../files/reader.js';
import { isMissing } from '../../vault/vaults.js';

/** What is checked, in this order. */
export const CHECKS = ['address', 'key', 'commitment', 'format', 'descriptor', 'deidentification'] as const;

/** The name of a check. */
export type CheckName = (typeof CHECKS)[number];

/** What of a descriptor was wrong, in the words of the command. */
export type FieldName = (typeof FIELDS)[number][0];

/** Why a check failed. */
export type CheckFailure =
  /** The file could not be fetched, opened or read. */
  | { readonly error: unknown }
  /** The descriptor is wrong about these. */
  | { readonly fields: readonly FieldName[] }
  /** These elements identify a person. */
  | { readonly elements: readonly string[] };

/** How a check went. */
export interface Check {
  /** What was checked. */
  readonly name: CheckName;
  /** `skipped`: it could not be made, because an earlier one failed. */
  readonly state: 'passed' | 'failed' | 'skipped';
  /** What was wrong, if it failed. */
  readonly failure?: CheckFailure;
}

/** What was found on opening a version. */
export interface Inspection {
  /** The document, if it could be opened. */
  readonly document: Blob | undefined;
  /** How each check went. */
  readonly checks: readonly Check[];
  /** What is wrong, as far as a program can tell. */
  readonly findings: readonly Finding[];
  /** What is wrong, in words. */
  readonly notes: readonly string[];
  /** Elements that identify a person. */
  readonly identifying: readonly string[];
  /** What a program noticed and is not wrong: for the auditor to judge. */
  readonly remarks: readonly string[];
  /** All that identifies, or may, also what only a person can judge; nothing if the document could not be read. */
  readonly checked: Checked | undefined;
}

/** The steps, so that they can be tried without a network. */
export interface Steps {
  /** Fetches the ciphertext from the vault, and verifies its hash. */
  fetch(): Promise<Blob>;
  /** Opens it with the key that was sealed to the auditor, and verifies the plaintext's commitment. */
  open(envelope: Blob): Promise<Blob>;
  /** Reads the document as the kind that the descriptor names. */
  read(document: Blob): Promise<Description>;
}

/** The code of an error of medshare-js, also when it comes from a worker. */
const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '');

/** The finding that an error of fetching or opening is, if it is the record's fault; our own trouble is none. */
export const findingOf = (error: unknown): Finding | undefined => {
  // The vaults answered, and do not have the blob. A connection that fails says nothing about the record.
  if (isMissing(error)) return 'Unavailable';
  switch (codeOf(error)) {
    case 'WrongKey':
    case 'NotEnvelope':
    case 'NotAPlaintext':
    case 'NoRecordKey':
    case 'NonCanonicalPoint':
    case 'IdentityPoint':
      return 'DoesNotOpen';
    case 'WrongPlaintext':
      return 'CommitmentMismatch';
    // Of the readers of files: all that is wrong with the content.
    case 'Unreadable':
    case 'Broken':
    case 'Zip':
    case 'Empty':
    case 'OtherKind':
      return 'UnreadableFormat';
    default:
      return undefined;
  }
};

const FIELDS = [
  ['kind', 'kind'],
  ['media type', 'media_type'],
  ['modality', 'modality'],
  ['codes', 'codes'],
  ['counts', 'counts'],
  ['size', 'plaintext_size'],
  ['completeness', 'completeness'],
  ['period', 'period'],
] as const satisfies readonly (readonly [string, keyof Descriptor])[];

/** A value in which the order of an object's fields does not count. */
const canonical = (value: unknown): string =>
  JSON.stringify(value ?? null, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );

/** The fields in which two descriptors differ, in the words of the command. */
export const differences = (registered: Descriptor, found: Descriptor): readonly FieldName[] =>
  FIELDS.filter(([, field]) => canonical(registered[field]) !== canonical(found[field])).map(([name]) => name);

/** What was wrong in English, as it stands in the report. */
const noteOf = (failure: CheckFailure): string => {
  if ('fields' in failure) return `the descriptor is wrong about: ${failure.fields.join(', ')}`;
  if ('elements' in failure) return `it holds what identifies a person: ${failure.elements.join(', ')}`;
  return failure.error instanceof Error ? failure.error.message : String(failure.error);
};

/**
 * Fetches, opens and reads what a review is about, and says what is wrong with it.
 *
 * @throws whatever keeps the inspection from being made and is not the record's fault, such as a vault that does not answer.
 */
export const inspect = async (registered: Descriptor, steps: Steps): Promise<Inspection> => {
  const checks = new Map<CheckName, Check>();
  const findings: Finding[] = [];
  const notes: string[] = [];
  let document: Blob | undefined;
  let identifying: readonly string[] = [];
  let remarks: readonly string[] = [];
  let checked: Checked | undefined;
  const pass = (...names: CheckName[]): void => names.forEach((name) => checks.set(name, { name, state: 'passed' }));
  const fail = (name: CheckName, finding: Finding, failure: CheckFailure): void => {
    checks.set(name, { name, state: 'failed', failure });
    if (!findings.includes(finding)) findings.push(finding);
    notes.push(noteOf(failure));
  };
  const blame = (error: unknown): void => {
    const finding = findingOf(error);
    if (!finding) throw error;
    if (finding === 'DoesNotOpen' || finding === 'CommitmentMismatch') pass('address');
    if (finding === 'CommitmentMismatch') pass('key');
    const check = ({ Unavailable: 'address', DoesNotOpen: 'key', CommitmentMismatch: 'commitment' } as const)[finding as 'Unavailable'];
    fail(check ?? 'format', finding, { error });
  };
  try {
    document = await steps.open(await steps.fetch());
    pass('address', 'key', 'commitment');
  } catch (error) {
    blame(error);
  }
  if (document) {
    try {
      const read = await steps.read(document);
      pass('format');
      remarks = read.remarks;
      const wrong = differences(registered, read.descriptor);
      if (wrong.length === 0) pass('descriptor');
      else fail('descriptor', 'FalseDescriptor', { fields: wrong });
      checked = read.checked;
      identifying = read.identifying;
      if (identifying.length === 0) pass('deidentification');
      else fail('deidentification', 'NotDeidentified', { elements: identifying });
    } catch (error) {
      const finding = findingOf(error);
      if (finding !== 'UnreadableFormat') throw error;
      fail('format', finding, { error });
    }
  }
  return {
    document,
    checks: CHECKS.map((name) => checks.get(name) ?? { name, state: 'skipped' as const }),
    findings,
    notes,
    identifying,
    remarks,
    checked,
  };
};

/** Whether somebody may approve after it: the document was opened, and every check could be made. Whether they passed is another question. */
export const mayApprove = (inspection: Inspection | undefined): boolean =>
  inspection?.document !== undefined && inspection.checks.every(({ state }) => state !== 'skipped');

/** What a report says of the checks; also that there were none. */
export const notesOf = (inspection: Inspection | undefined): readonly string[] => inspection?.notes ?? ['it was not opened: no check was made'];

/** What a program would vote; whether free text or images identify somebody, only the auditor can say. */
export const proposedVerdict = ({ findings }: Inspection): Verdict => (findings.length === 0 ? 'Approve' : 'Reject');
