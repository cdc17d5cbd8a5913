// The vote: verdict, reasons, remarks, and the report whose hash goes with it.

import { useEffect, useState, type ReactNode } from 'react';
import { encodeAccount, decodeAccount } from 'medshare-js';
import { useSend } from '../../chain/use-send.js';
import type { Finding, Seat, Verdict } from '../../chain/index-client.js';
import type { Review } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { Button, Checkbox, Choices, TextField } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Hash } from '../../ui/values.js';
import styles from './auditor.module.css';
import { saveText } from '../provider/save.js';
import { proposedVerdict, type Inspection } from './inspection.js';
import { FINDINGS, makeReport, objection, ordered, type Report } from './report.js';

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
  const isClaim = 'Claim' in review.subject;
  const [verdict, setVerdict] = useState<Verdict | null>(inspection && inspection.findings.length > 0 ? proposedVerdict(inspection) : null);
  const [findings, setFindings] = useState<readonly Finding[]>(inspection?.findings ?? []);
  const [remarks, setRemarks] = useState('');
  const [report, setReport] = useState<Report>();
  const [cast, setCast] = useState<Report>();
  const chosen = verdict === 'Reject' ? findings : [];

  useEffect(() => {
    let isOver = false;
    if (!verdict) {
      setReport(undefined);
      return;
    }
    const { subject, record, version } = review;
    // As the command writes it: with the generic prefix.
    const auditor = encodeAccount(decodeAccount(me));
    const { notes = [], identifying = [] } = inspection ?? {};
    void makeReport({ subject, record, version, auditor, verdict, findings: chosen, notes, identifying, remarks }).then((made) => {
      if (!isOver) setReport(made);
    });
    return () => {
      isOver = true;
    };
    // `chosen` is new each time; it follows from what is listed.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [review, me, inspection, verdict, findings, remarks]);

  if (cast || (seat.vote !== null && !busy)) {
    return (
      <Section title={texts.vote}>
        <div className="card stack">
          <p className="note good">{texts.done}</p>
          {cast && (
            <>
              <p>{texts.doneText}</p>
              <ReportText report={cast} review={review} />
            </>
          )}
          {progress && <SendStatus progress={progress} />}
        </div>
      </Section>
    );
  }
  const wrong = verdict ? objection(verdict, chosen, remarks) : undefined;
  const submit = async (): Promise<void> => {
    if (!verdict || !report || wrong) return;
    const list = [...ordered(chosen)];
    const { subject, record, version } = review;
    onVoting(true);
    const last = await send((client) =>
      'Record' in subject
        ? client.tx.audits.vote(BigInt(record), version, verdict, list, report.hash)
        : client.tx.marketplace.rule(BigInt(subject.Claim.order), verdict, list, report.hash),
    );
    if (last.step === 'final') setCast(report);
    else onVoting(false);
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
        {report && <ReportText report={report} review={review} />}
        {wrong && <p className="note warn">{texts.objection[wrong]}</p>}
        <p className="soft">{texts.voteOnce}</p>
        <div>
          <Button look="primary" isDisabled={!verdict || !report || wrong !== undefined || busy} onPress={() => void submit()}>
            {verdict ? texts.submit(isClaim ? (verdict === 'Approve' ? texts.approveClaim : texts.rejectClaim) : t.domain.verdict[verdict]) : texts.vote}
          </Button>
        </div>
        {progress && <SendStatus progress={progress} />}
      </div>
    </Section>
  );
};

const ReportText = ({ report, review }: { report: Report; review: Review }): ReactNode => {
  const { t } = useText();
  const texts = t.auditor;
  const about = 'Record' in review.subject ? `record-${review.record}-v${review.version}` : `claim-${review.subject.Claim.order}`;
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
          <Button compact onPress={() => saveText(report.text, `medshare-report-${about}.json`, 'application/json')}>
            {texts.saveReport}
          </Button>
        </div>
      </div>
    </details>
  );
};
