import { MedshareError } from 'medshare-js';
import { expect, test } from 'vitest';
import type { Descriptor } from '../../chain/shapes.js';
import type { Description } from '../../files/reader.js';
import { differences, inspect, mayApprove, notesOf, proposedVerdict, type Steps } from './inspection.js';

const registered: Descriptor = {
  kind: 'Fhir',
  media_type: 'application/fhir+json',
  modality: null,
  codes: [{ system: 'Loinc', code: '8867-4' }],
  counts: [{ of: 'Observation', number: 2 }],
  plaintext_size: 10,
  completeness: 90,
  period: [
    { year: 2019, month: 1 },
    { year: 2020, month: 2 },
  ],
};
const document = new Blob(['document']);
const checked = { clean: true, identifying: [], findings: [], counts: [], claims: [], limits: [] };
const read: Description = { descriptor: registered, identifying: [], remarks: [], checked };
const steps = (change: Partial<Steps> = {}): Steps => ({
  fetch: () => Promise.resolve(new Blob(['envelope'])),
  open: () => Promise.resolve(document),
  read: () => Promise.resolve(read),
  ...change,
});
const fails = (code: string, more = {}) => () => Promise.reject(new MedshareError(code as 'Invalid', `it is ${code}`, more));
const states = async (change: Partial<Steps>) => {
  const inspection = await inspect(registered, steps(change));
  return [inspection.findings, inspection.checks.map(({ state }) => state[0]).join('')] as const;
};

test('a record that is right passes every check', async () => {
  const inspection = await inspect(registered, steps());
  expect(inspection.checks.map(({ state }) => state)).toEqual(Array(6).fill('passed'));
  expect(inspection.document).toBe(document);
  expect(proposedVerdict(inspection)).toBe('Approve');
});

test("what is the record's fault is the finding that the command makes of it, and later checks are not made", async () => {
  expect(await states({ fetch: fails('WrongBlob') })).toEqual([['Unavailable'], 'fsssss']);
  expect(await states({ open: fails('WrongCiphertext') })).toEqual([['Unavailable'], 'fsssss']);
  expect(await states({ open: fails('WrongKey') })).toEqual([['DoesNotOpen'], 'pfssss']);
  expect(await states({ open: fails('NoRecordKey') })).toEqual([['DoesNotOpen'], 'pfssss']);
  expect(await states({ open: fails('WrongPlaintext') })).toEqual([['CommitmentMismatch'], 'ppfsss']);
  for (const code of ['Broken', 'Zip', 'Empty', 'OtherKind', 'Unreadable']) {
    expect(await states({ read: fails(code) })).toEqual([['UnreadableFormat'], 'pppfss']);
  }
  const problem = { title: '', detail: '', code: 'blob-unknown', action: '', status: 404 };
  expect(await states({ fetch: fails('Refused', { problem }) })).toEqual([['Unavailable'], 'fsssss']);
});

test('only what was opened and could be checked may be approved', async () => {
  expect(mayApprove(undefined)).toBe(false);
  expect(notesOf(undefined)).toEqual(['it was not opened: no check was made']);
  expect(mayApprove(await inspect(registered, steps()))).toBe(true);
  expect(notesOf(await inspect(registered, steps()))).toEqual([]);
  expect(mayApprove(await inspect(registered, steps({ open: fails('WrongKey') })))).toBe(false);
  expect(mayApprove(await inspect(registered, steps({ read: fails('Broken') })))).toBe(false);
  // What a program finds wrong may be right for a person who has looked.
  const found: Description = { ...read, identifying: ['Patient.name'] };
  expect(mayApprove(await inspect(registered, steps({ read: () => Promise.resolve(found) })))).toBe(true);
});

test("our own trouble is not the record's", async () => {
  await expect(inspect(registered, steps({ fetch: fails('Unreachable') }))).rejects.toThrow('it is Unreachable');
  const problem = { title: '', detail: '', code: 'not-allowed', action: '', status: 403 };
  await expect(inspect(registered, steps({ fetch: fails('Refused', { problem }) }))).rejects.toThrow('Refused');
  // A vault that is behind the chain, or is not the one of the locator, says nothing about the record either.
  for (const code of ['version-unknown', 'blob-elsewhere', 'not-found']) {
    const elsewhere = { title: '', detail: '', code, action: '', status: 404 };
    await expect(inspect(registered, steps({ fetch: fails('Refused', { problem: elsewhere }) }))).rejects.toThrow('Refused');
  }
  await expect(inspect(registered, steps({ open: fails('MissingKey') }))).rejects.toThrow('MissingKey');
  await expect(inspect(registered, steps({ read: fails('TooLarge') }))).rejects.toThrow('TooLarge');
  await expect(inspect(registered, steps({ read: fails('Fault') }))).rejects.toThrow('Fault');
});

test('a false descriptor and what identifies are two findings, in the words of the command', async () => {
  const found = { ...registered, plaintext_size: 11, completeness: 50 };
  const inspection = await inspect(
    registered,
    steps({ read: () => Promise.resolve({ descriptor: found, identifying: ['Patient.name'], remarks: ['r'], checked }) }),
  );
  expect(inspection.findings).toEqual(['FalseDescriptor', 'NotDeidentified']);
  expect(inspection.notes).toEqual(['the descriptor is wrong about: size, completeness', 'it holds what identifies a person: Patient.name']);
  expect(inspection.checks.flatMap(({ failure }) => failure ?? [])).toEqual([{ fields: ['size', 'completeness'] }, { elements: ['Patient.name'] }]);
  expect(inspection.identifying).toEqual(['Patient.name']);
  expect(inspection.remarks).toEqual(['r']);
  expect(proposedVerdict(inspection)).toBe('Reject');
});

test('descriptors are compared by what they say, not by how it is written', () => {
  const { modality: _, ...rest } = registered;
  const turned = Object.fromEntries(Object.entries(rest).toReversed());
  expect(differences(registered, turned as unknown as Descriptor)).toEqual([]);
  expect(differences(registered, { ...registered, codes: [] })).toEqual(['codes']);
  expect(differences(registered, { ...registered, period: null })).toEqual(['period']);
});
