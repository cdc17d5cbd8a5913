// The auditor's report: the same JSON that `medshare audit` makes (crates/client/src/auditor.rs), byte for byte, so that a
// report says the same whichever way somebody has voted. The vote carries its SHA-256; the auditor keeps the report.

import type { Finding, ReviewSubject, Verdict } from '../../chain/shapes.js';

/** What a report says. */
export interface ReportContent {
  /** What was reviewed. */
  readonly subject: ReviewSubject;
  /** The record that was opened. */
  readonly record: number;
  /** Its version. */
  readonly version: number;
  /** Who reviewed it, SS58 with the generic prefix. */
  readonly auditor: string;
  /** How the vote goes. */
  readonly verdict: Verdict;
  /** What was found wrong. */
  readonly findings: readonly Finding[];
  /** What the checks said, in English. */
  readonly notes: readonly string[];
  /** Elements that identify a person. */
  readonly identifying: readonly string[];
  /** The auditor's own words. */
  readonly remarks: string;
}

/** A report with the hash that goes on the chain. */
export interface Report {
  /** The report, a line of JSON. */
  readonly text: string;
  /** Its SHA-256, `0x`-prefixed. */
  readonly hash: `0x${string}`;
}

/** What a report is called: of which review it is. */
export const reportName = (subject: ReviewSubject): string =>
  'Record' in subject ? `record-${subject.Record.record}-v${subject.Record.version}` : `claim-${subject.Claim.order}`;

const nameOf = (subject: ReviewSubject, auditor: string): string => `${reportName(subject)} ${auditor}`;

/**
 * The reports whose hashes were sent with votes, by review and auditor, for as long as this page is open. A report is kept
 * before it is sent: if the connection breaks, or the auditor looks at something else, its hash may be on the chain all the same.
 */
export class SentReports {
  readonly #sent = new Map<string, readonly Report[]>();

  /** Keeps a report that is about to be sent. Whether it was not sent before: one that was may be on the chain if this one is refused. */
  keep(subject: ReviewSubject, auditor: string, report: Report): boolean {
    const isNew = this.named(subject, auditor, report.hash) === undefined;
    this.drop(subject, auditor, report);
    this.#sent.set(nameOf(subject, auditor), [...this.of(subject, auditor), report]);
    return isNew;
  }

  /** Forgets a report whose vote is certainly not on the chain. */
  drop(subject: ReviewSubject, auditor: string, { hash }: Report): void {
    this.#sent.set(nameOf(subject, auditor), this.of(subject, auditor).filter((one) => one.hash !== hash));
  }

  /** Those of a review, the last one last. */
  of(subject: ReviewSubject, auditor: string): readonly Report[] {
    return this.#sent.get(nameOf(subject, auditor)) ?? [];
  }

  /** The one that a vote on the chain names, if it was sent from here. */
  named(subject: ReviewSubject, auditor: string, hash: string): Report | undefined {
    return this.of(subject, auditor).find((one) => one.hash === hash);
  }
}

/** Those of this page. */
export const sentReports = new SentReports();

/** The findings in the order of the chain, which is how it keeps a set. */
export const FINDINGS = [
  'Unavailable',
  'DoesNotOpen',
  'CommitmentMismatch',
  'UnreadableFormat',
  'FalseDescriptor',
  'NotDeidentified',
  'Other',
] as const satisfies readonly Finding[];

/** Findings in the chain's order, each once. */
export const ordered = (findings: Iterable<Finding>): readonly Finding[] => {
  const wanted = new Set(findings);
  return FINDINGS.filter((finding) => wanted.has(finding));
};

/** Makes a report. */
export const makeReport = async (content: ReportContent): Promise<Report> => {
  const { subject, record, version, auditor, verdict, notes, identifying, remarks } = content;
  const text = JSON.stringify({
    format: 'medshare/v1/report',
    subject: 'Record' in subject ? { Record: { record: subject.Record.record, version: subject.Record.version } } : { Claim: { order: subject.Claim.order } },
    record,
    version,
    auditor,
    verdict,
    findings: ordered(content.findings),
    notes,
    identifying,
    remarks,
  });
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return { text, hash: `0x${[...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')}` };
};

/** Why a vote cannot be cast as it is; nothing if it can. The chain has the same rules. */
export const objection = (verdict: Verdict, findings: readonly Finding[], remarks: string): 'needs-finding' | 'has-finding' | 'needs-words' | undefined => {
  if (verdict === 'Reject' && findings.length === 0) return 'needs-finding';
  if (verdict === 'Approve' && findings.length > 0) return 'has-finding';
  if (findings.includes('Other') && remarks.trim() === '') return 'needs-words';
  return undefined;
};
