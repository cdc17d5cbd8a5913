import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { SentReports, makeReport, objection, ordered, reportName, type ReportContent } from './report.js';

const content: ReportContent = {
  subject: { Record: { record: 7, version: 2 } },
  record: 7,
  version: 2,
  auditor: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  verdict: 'Reject',
  findings: ['Other', 'FalseDescriptor', 'Other'],
  notes: ['the descriptor is wrong about: size'],
  identifying: [],
  remarks: 'zwei "Seiten"\u0007 fehlen: 缺页',
};

// What serde_json makes of the same report: this order of fields, no blanks, control characters as \u00xx.
const EXPECTED =
  '{"format":"medshare/v1/report","subject":{"Record":{"record":7,"version":2}},"record":7,"version":2,' +
  '"auditor":"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY","verdict":"Reject","findings":["FalseDescriptor","Other"],' +
  '"notes":["the descriptor is wrong about: size"],"identifying":[],"remarks":"zwei \\"Seiten\\"\\u0007 fehlen: 缺页"}';

test('a report is the one that the command makes, and its hash that of its bytes', async () => {
  const report = await makeReport(content);
  expect(report.text).toBe(EXPECTED);
  expect(report.hash).toBe(`0x${createHash('sha256').update(EXPECTED).digest('hex')}`);
});

test('a report about a claim names the order', async () => {
  const { text } = await makeReport({ ...content, subject: { Claim: { order: 3 } } });
  expect(text).toContain('"subject":{"Claim":{"order":3}}');
});

test('another word is another hash', async () => {
  const [one, other] = await Promise.all([makeReport(content), makeReport({ ...content, remarks: 'x' })]);
  expect(one.hash).not.toBe(other.hash);
});

test('findings go in the order of the chain, each once', () => {
  expect(ordered(['NotDeidentified', 'Unavailable', 'NotDeidentified'])).toEqual(['Unavailable', 'NotDeidentified']);
});

test('a vote that the chain would refuse is not offered', () => {
  expect(objection('Reject', [], 'bad')).toBe('needs-finding');
  expect(objection('Approve', ['Other'], 'bad')).toBe('has-finding');
  expect(objection('Reject', ['Other'], ' ')).toBe('needs-words');
  expect(objection('Reject', ['FalseDescriptor'], '')).toBeUndefined();
  expect(objection('Approve', [], '')).toBeUndefined();
});

test('a report that was sent is kept until its vote is known not to be on the chain', () => {
  const sent = new SentReports();
  const subject = { Record: { record: 7, version: 2 } };
  const [one, other] = [{ text: '1', hash: '0x1' }, { text: '2', hash: '0x2' }] as const;
  expect([one, other, other].map((report) => sent.keep(subject, 'me', report))).toEqual([true, true, false]);
  expect(sent.of({ Record: { version: 2, record: 7 } }, 'me')).toEqual([one, other]);
  expect(sent.named(subject, 'me', '0x1')).toBe(one);
  expect(sent.named(subject, 'me', '0x3')).toBeUndefined();
  expect(sent.of(subject, 'you')).toEqual([]);
  expect(sent.of({ Claim: { order: 7 } }, 'me')).toEqual([]);
  sent.drop(subject, 'me', one);
  expect(sent.of(subject, 'me')).toEqual([other]);
});

test('a report is called by its review', () => {
  expect(reportName({ Record: { record: 7, version: 2 } })).toBe('record-7-v2');
  expect(reportName({ Claim: { order: 3 } })).toBe('claim-3');
});
