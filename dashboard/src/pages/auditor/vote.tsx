// The vote: verdict, reasons, remarks, and the report whose hash goes with it.

import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { encodeAccount, decodeAccount } from 'medshare-js';
import { useSend } from '../../chain/use-send.js';
import type { Finding, ReviewSubject, Seat, Verdict } from '../../chain/shapes.js';
import type { Review } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { Button, Checkbox, Choices, TextField } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { saveText } from '../../ui/save.js';
import { SendStatus } from '../../ui/sending.js';
import { Hash } from '../../ui/values.js';
import styles from './auditor.module.css';
import { mayApprove, notesOf, proposedVerdict, type Inspection } from './inspection.js';
import { FINDINGS, makeReport, objection, ordered, reportName, sentReports, type Report, type ReportContent } from './report.js';

/** The form of a vote. What the checks found is chosen already; who looks decides. */
export const VoteForm = ({ review, seat, inspection, me, onVoting }: {
  review: Review;
  seat: Seat;
  inspection: Inspection | undefined;
  me: string;
  /** Is told when a vote is sent, and when it has failed. */
  onVoting: (isVoting: boolean) => void;
}): ReactNode => {
  const { t } = useText();
  const texts = t.auditor;
  const { progress, busy, send } = useSend();
  const { subject, record, version } = review;
  const isClaim = 'Claim' in subject;
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [findings, setFindings] = useState<readonly Finding[]>([]);
  const [remarks, setRemarks] = useState('');
  // New checks make a new proposal, and what was chosen after the earlier ones does not count. What is being sent stays.
  const [judged, setJudged] = useState<Inspection>();
  if (judged !== inspection && !busy) {
    setJudged(inspection);
    setVerdict(inspection && inspection.findings.length > 0 ? proposedVerdict(inspection) : null);
    setFindings(inspection?.findings ?? []);
  }
  const content = useMemo<ReportContent | undefined>(
    () =>
      verdict
        ? {
            subject,
            record,
            version,
            // As the command writes it: with the generic prefix.
            auditor: encodeAccount(decodeAccount(me)),
            verdict,
            findings: verdict === 'Reject' ? findings : [],
            notes: notesOf(judged),
            identifying: judged?.identifying ?? [],
            remarks,
          }
        : undefined,
    [subject, record, version, me, verdict, findings, judged, remarks],
  );
  const [made, setMade] = useState<{ of: ReportContent; report: Report }>();
  useEffect(() => {
    let isOver = false;
    if (content) {
      void makeReport(content).then((report) => {
        if (!isOver) setMade({ of: content, report });
      });
    }
    return () => {
      isOver = true;
    };
  }, [content]);
  // One of what was chosen before is shown until the next one is made, and never sent.
  const report = made && made.of === content ? made.report : undefined;

  const isUnknown = progress?.step === 'failed' && (progress.failure.why === 'lost' || progress.failure.why === 'dropped');
  const last = sentReports.of(subject, me).at(-1);
  if (!busy && (seat.vote !== null || progress?.step === 'final')) {
    const cast = seat.vote ? sentReports.named(subject, me, seat.vote.report) : last;
    return (
      <Section title={texts.vote}>
        <div className="card stack">
          <p className="note good">{texts.done}</p>
          {cast && (
            <>
              <p>{texts.doneText}</p>
              <ReportText report={cast} subject={subject} />
            </>
          )}
          {progress && !isUnknown && <SendStatus progress={progress} />}
        </div>
      </Section>
    );
  }
  const wrong = content ? (content.verdict === 'Approve' && !mayApprove(judged) ? 'needs-checks' : objection(content.verdict, content.findings, remarks)) : undefined;
  const submit = async (): Promise<void> => {
    if (!content || !report || wrong) return;
    const list = [...ordered(content.findings)];
    onVoting(true);
    const isNew = sentReports.keep(subject, me, report);
    const end = await send((client) =>
      'Record' in subject
        ? client.tx.audits.vote(BigInt(record), version, content.verdict, list, report.hash)
        : client.tx.marketplace.rule(BigInt(subject.Claim.order), content.verdict, list, report.hash),
    );
    if (end.step !== 'failed' || end.failure.why === 'lost' || end.failure.why === 'dropped') return;
    if (isNew) sentReports.drop(subject, me, report);
    onVoting(false);
  };
  return (
    <Section title={texts.vote}>
      <div className="card stack">
        {!inspection && <p className="note warn">{texts.notOpened}</p>}
        <Choices<Verdict>
          label={texts.verdictLabel}
          value={verdict}
          choices={[
            { value: 'Approve', label: isClaim ? texts.approveClaim : texts.approve, text: isClaim ? texts.approveClaimText : texts.approveText },
            { value: 'Reject', label: isClaim ? texts.rejectClaim : texts.reject, text: isClaim ? texts.rejectClaimText : texts.rejectText },
          ]}
          onChange={setVerdict}
        />
        {verdict === 'Reject' && (
          <fieldset className="stack tight">
            <legend>{texts.reasons}</legend>
            {FINDINGS.map((finding) => (
              <Checkbox
                key={finding}
                isSelected={findings.includes(finding)}
                onChange={(on) => setFindings(on ? [...findings, finding] : findings.filter((one) => one !== finding))}
              >
                {t.domain.finding[finding]}
              </Checkbox>
            ))}
          </fieldset>
        )}
        <TextField label={texts.remarks} hint={texts.remarksHint} lines={4} value={remarks} onChange={setRemarks} maxLength={10_000} />
        {content && made && <ReportText report={made.report} subject={subject} />}
        {wrong && <p className="note warn">{texts.objection[wrong]}</p>}
        <p className="soft">{texts.voteOnce}</p>
        <div>
          <Button look="primary" isDisabled={!report || wrong !== undefined || busy} onPress={() => void submit()}>
            {verdict ? texts.submit(isClaim ? (verdict === 'Approve' ? texts.approveClaim : texts.rejectClaim) : t.domain.verdict[verdict]) : texts.vote}
          </Button>
        </div>
        {progress && <SendStatus progress={progress} />}
        {isUnknown && last && (
          <>
            <p>{texts.sentText}</p>
            <ReportText report={last} subject={subject} />
          </>
        )}
      </div>
    </Section>
  );
};

/** A report, to be read and saved. */
export const ReportText = ({ report, subject }: { report: Report; subject: ReviewSubject }): ReactNode => {
  const { t } = useText();
  const texts = t.auditor;
  return (
    <details>
      <summary>{texts.report}</summary>
      <div className="stack tight">
        <p className="soft">{texts.reportText}</p>
        <pre className={styles['report']} tabIndex={0} aria-label={texts.report}>
          {report.text}
        </pre>
        <p>
          {texts.hash} <Hash value={report.hash} />
        </p>
        <div>
          <Button compact onPress={() => saveText(report.text, `medshare-report-${reportName(subject)}.json`, 'application/json')}>
            {texts.saveReport}
          </Button>
        </div>
      </div>
    </details>
  );
};
