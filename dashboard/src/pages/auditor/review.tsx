// One review: what is registered, why it is this auditor's, the checks, the document, the vote.

import { useState, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { useChainQuery } from '../../chain/context.js';
import type { ReviewSubject } from '../../chain/shapes.js';
import { NodeClient, type RecordVersion, type Review } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { isSameAccount } from '../../vault/vaults.js';
import { FileViewer } from '../../viewers/FileViewer.js';
import { DescriptorFacts } from '../../ui/descriptor.js';
import { Page, Section } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Account, Tag, Time } from '../../ui/values.js';
import styles from './auditor.module.css';
import { Checks } from './checks.js';
import { standingIn, type Standing } from './concerned.js';
import type { Conflict } from './conflicts.js';
import { sentReports } from './report.js';
import { useInspection } from './use-inspection.js';
import { ReportText, VoteForm } from './vote.js';

/** What a review's page needs, read at once. */
interface ReviewData extends Standing {
  readonly review: Review;
  readonly version: RecordVersion;
}

const load = async (node: NodeClient, subject: ReviewSubject, me: string): Promise<ReviewData | null> => {
  const review = await node.review(subject);
  if (!review) return null;
  const [version, standing] = await Promise.all([node.version(review.record, review.version), standingIn(node, me)(review)]);
  return { review, version, ...standing };
};

const subjectOf = ({ record, version, order }: { record?: string; version?: string; order?: string }): ReviewSubject | undefined => {
  const numbers = [record, version, order].map((text) => (/^\d{1,15}$/.test(text ?? '') ? Number(text) : undefined));
  const [ofRecord, ofVersion, ofOrder] = numbers;
  if (ofOrder !== undefined) return { Claim: { order: ofOrder } };
  return ofRecord !== undefined && ofVersion !== undefined ? { Record: { record: ofRecord, version: ofVersion } } : undefined;
};

const ReviewPage = (): ReactNode => {
  const { t, format } = useText();
  const { account } = useAccounts();
  const subject = subjectOf(useParams());
  const me = account?.address;
  const query = useChainQuery(
    ['review', subject, me],
    subject && me !== undefined ? (client) => load(new NodeClient(client), subject, me) : undefined,
  );
  const title = !subject
    ? t.auditor.title
    : 'Record' in subject
      ? t.domain.recordVersion(format.number(subject.Record.record), format.number(subject.Record.version))
      : t.auditor.subjectClaim(format.number(subject.Claim.order), query.data ? format.number(query.data.review.record) : '…');
  return (
    <Page title={title} actions={<Link to="/reviews">{t.auditor.back}</Link>}>
      {!subject && <Empty title={t.auditor.noReview} />}
      {subject && me === undefined && (
        <Empty title={t.chain.account.none}>
          <p>{t.chain.account.needAccount}</p>
        </Empty>
      )}
      {subject && me !== undefined && (
        <Loaded query={query} lines={8}>
          {(data) => (data ? <Body key={JSON.stringify([subject, me])} {...data} me={me} /> : <Gone subject={subject} me={me} />)}
        </Loaded>
      )}
    </Page>
  );
};

/** There is no such review any more; reports of votes that were sent are still to be saved. */
const Gone = ({ subject, me }: { subject: ReviewSubject; me: string }): ReactNode => {
  const { t } = useText();
  const sent = sentReports.of(subject, me);
  return (
    <>
      <Empty title={t.auditor.noReview} />
      {sent.length > 0 && (
        <div className="card stack">
          <p>{t.auditor.sentText}</p>
          {sent.map((report) => (
            <ReportText key={report.hash} report={report} subject={subject} />
          ))}
        </div>
      )}
    </>
  );
};

const Body = ({ review, version, owner, conflicts, me }: ReviewData & { me: string }): ReactNode => {
  const { t } = useText();
  const seat = review.panel.find(({ auditor }) => isSameAccount(auditor, me));
  const { state, run } = useInspection(review, seat, version);
  const inspection = state.phase === 'done' ? state.inspection : undefined;
  const isOpen = review.state === 'Open' || (typeof review.state === 'object' && review.state !== null && 'Drawing' in review.state);
  // Once it is sent, it stays: the vote may end the review, and the report is still to be saved.
  const [isVoting, setVoting] = useState(false);
  const canVote = seat !== undefined && ((isOpen && seat.sealed !== null) || seat.vote !== null || isVoting);
  return (
    <>
      {!isOpen && <p className="note">{t.auditor.decided}</p>}
      {!seat && <p className="note warn">{t.auditor.notOnPanel}</p>}
      <div className={styles['two']}>
        <Section title={t.auditor.about}>
          <div className="card stack">
            <DescriptorFacts descriptor={version.content.descriptor}>
              <dt>{t.auditor.owner}</dt>
              <dd>
                <Account address={owner} />
              </dd>
              {!isSameAccount(owner, review.holder) && (
                <>
                  <dt>{t.auditor.holder}</dt>
                  <dd>
                    <Account address={review.holder} />
                  </dd>
                </>
              )}
            </DescriptorFacts>
          </div>
        </Section>
        {seat ? (
          <Section title={t.auditor.why}>
            <Why review={review} conflicts={conflicts} me={me} />
          </Section>
        ) : (
          <Section title={t.auditor.panel}>
            <div className="card">
              <Panel review={review} me={me} />
            </div>
          </Section>
        )}
      </div>
      {seat && isOpen && seat.sealed === null && <p className="note">{t.auditor.noKeyYet}</p>}
      {seat && (seat.sealed !== null || inspection) && <Checks state={state} run={run} canRun={isOpen} />}
      {inspection?.document && (
        <Section title={t.auditor.document}>
          <div className="card">
            <FileViewer file={inspection.document} name={fileName(review, version)} mediaType={version.content.descriptor.media_type} />
          </div>
        </Section>
      )}
      {canVote && <VoteForm review={review} seat={seat} inspection={inspection} me={me} onVoting={setVoting} />}
    </>
  );
};

const ENDINGS: Readonly<Record<string, string>> = {
  'application/fhir+json': 'json',
  'application/fhir+ndjson': 'ndjson',
  'application/dicom': 'dcm',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'text/csv': 'csv',
  'text/plain': 'txt',
  'image/png': 'png',
  'image/jpeg': 'jpg',
};

/** What the document is called if it is saved: the chain does not know its name. */
const fileName = ({ record, version }: Review, { content }: RecordVersion): string => {
  const ending = ENDINGS[content.descriptor.media_type];
  return `record-${record}-v${version}${ending ? `.${ending}` : ''}`;
};

const Why = ({ review, conflicts, me }: { review: Review; conflicts: readonly Conflict[]; me: string }): ReactNode => {
  const { t, format } = useText();
  const texts = t.auditor;
  return (
    <div className="card stack">
      <p>
        {texts.whyText(format.time(review.opened))} {'Claim' in review.subject && texts.whyClaim}
      </p>
      <div className="stack tight">
        <strong>{texts.conflict}</strong>
        {conflicts.length === 0 ? (
          <p>
            {texts.noConflict} <span className="soft">{texts.conflictOwn}</span>
          </p>
        ) : (
          <div className="note bad" role="alert">
            {conflicts.map((conflict) => (
              <p key={conflict}>{texts.conflicts[conflict]}</p>
            ))}
            <p>{texts.conflictSince}</p>
          </div>
        )}
      </div>
      <div className="stack tight">
        <strong>{texts.panel}</strong>
        <Panel review={review} me={me} />
      </div>
    </div>
  );
};

/** Who sits on a panel, and how each seat stands. */
const Panel = ({ review, me }: { review: Review; me: string }): ReactNode => {
  const { t } = useText();
  const texts = t.auditor;
  return (
    <ul role="list" className="stack tight">
      {review.panel.map((seat) => (
        <li key={seat.auditor} className="row">
          <Account address={seat.auditor} />
          {isSameAccount(seat.auditor, me) && <Tag mood="accent">{texts.you}</Tag>}
          <span className="soft">
            {seat.vote ? texts.seatVoted : seat.sealed ? texts.seatReads : texts.seatWaits}
            {!seat.vote && (
              <>
                {' · '}
                <Time ms={seat.due} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
};

export default ReviewPage;
