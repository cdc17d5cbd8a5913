// The auditor's queue, and how the auditor's work has gone.

import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { useChainQuery } from '../../chain/context.js';
import { NodeClient, type Review } from '../../chain/node-client.js';
import { chainTime } from '../../chain/time.js';
import { useText } from '../../i18n/context.js';
import { isSameAccount } from '../../vault/vaults.js';
import { Page, Section } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Tag, Time, type Mood } from '../../ui/values.js';
import styles from './auditor.module.css';
import { standingIn } from './concerned.js';
import { seatState, urgency, type SeatState } from './conflicts.js';
import { Statistics } from './statistics.js';

const MOODS: Readonly<Record<SeatState, Mood>> = { keyDue: 'plain', voteDue: 'accent', voted: 'good', overdue: 'bad' };

/** The address of a review's page. */
const pathOf = ({ subject }: Review): string =>
  'Record' in subject ? `record/${subject.Record.record}/${subject.Record.version}` : `claim/${subject.Claim.order}`;

const Auditor = (): ReactNode => {
  const { t } = useText();
  const { account } = useAccounts();
  return (
    <Page title={t.auditor.title} lead={t.auditor.lead}>
      {account ? (
        <>
          <Section title={t.auditor.queue}>
            <Queue me={account.address} />
          </Section>
          <Section title={t.auditor.statistics}>
            <Statistics me={account.address} />
          </Section>
        </>
      ) : (
        <Empty title={t.chain.account.none}>
          <p>{t.chain.account.needAccount}</p>
        </Empty>
      )}
    </Page>
  );
};

const Queue = ({ me }: { me: string }): ReactNode => {
  const { t, format } = useText();
  const query = useChainQuery(['auditor', 'queue', me], async (client) => {
    const node = new NodeClient(client);
    const [member, reviews, now] = await Promise.all([node.member(me), node.openReviews(me), chainTime(client)]);
    const standing = standingIn(node, me);
    const seats = reviews.flatMap((review) => {
      const seat = review.panel.find(({ auditor }) => isSameAccount(auditor, me));
      return seat ? [standing(review).then(({ conflicts }) => ({ review, seat, conflicts }))] : [];
    });
    return {
      now,
      isAuditor: member?.status === 'Active' && member.roles.includes('Auditor'),
      seats: (await Promise.all(seats)).toSorted((a, b) => urgency(a.seat, b.seat)),
    };
  });
  return (
    <Loaded query={query} lines={4}>
      {({ now, isAuditor, seats }) => (
        <>
          {!isAuditor && <p className="note warn">{t.auditor.notAuditor}</p>}
          {seats.length === 0 ? (
            <Empty title={t.auditor.emptyTitle}>
              <p>{t.auditor.emptyText}</p>
            </Empty>
          ) : (
            <ul role="list" className="stack tight">
              {seats.map(({ review, seat, conflicts }) => {
                const state = seatState(seat, now);
                const { subject, record, version } = review;
                return (
                  <li key={pathOf(review)}>
                    <Link to={pathOf(review)} className={`card ${styles['seat']}`}>
                      <strong>
                        {'Record' in subject
                          ? t.domain.recordVersion(format.number(record), format.number(version))
                          : t.auditor.subjectClaim(format.number(subject.Claim.order), format.number(record))}
                      </strong>
                      <Tag mood={MOODS[state]}>{t.auditor.state[state]}</Tag>
                      {conflicts.length > 0 && (
                        <span className="row">
                          {conflicts.map((conflict) => (
                            <Tag key={conflict} mood="bad">
                              {t.auditor.conflictTags[conflict]}
                            </Tag>
                          ))}
                        </span>
                      )}
                      <span className="soft">
                        {state === 'voted' && t.auditor.votedText}
                        {state === 'overdue' && t.auditor.overdueText}
                        {state === 'keyDue' && t.auditor.keyDueUntil(format.relative(seat.due, now))}
                        {state === 'voteDue' && t.auditor.voteDueUntil(format.relative(seat.due, now))}
                        {state !== 'voted' && (
                          <>
                            {' '}
                            <Time ms={seat.due} />
                          </>
                        )}
                      </span>
                    </Link>
                  </li>
                );
              })}
            </ul>
          )}
        </>
      )}
    </Loaded>
  );
};

export default Auditor;
