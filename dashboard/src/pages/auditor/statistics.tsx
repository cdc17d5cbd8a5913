// How an auditor's work has gone: what the index has counted, and the credit that came of it.

import type { ReactNode } from 'react';
import { useChainQuery, useIndexQuery } from '../../chain/context.js';
import { NodeClient } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { Loaded } from '../../ui/state.js';
import { Tag } from '../../ui/values.js';
import styles from './auditor.module.css';

/** A figure with its name below. */
export const Figure = ({ name, children }: { name: string; children: ReactNode }): ReactNode => (
  <div className={styles['figure']}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** The statistics of an auditor. */
export const Statistics = ({ me }: { me: string }): ReactNode => {
  const { t, format } = useText();
  const texts = t.auditor.stat;
  const counted = useIndexQuery(['auditor', 'statistics', me], (index) => index.auditorStatistics({ auditor: me }));
  const credit = useChainQuery(['credit', me], (client) => new NodeClient(client).credit(me));
  return (
    <div className="card stack">
      <Loaded query={credit} lines={1}>
        {({ score, tier, benefits }) => (
          <div className="row">
            <strong>{t.auditor.score}</strong>
            <span>{format.number(score / 1000)}</span>
            <Tag mood={tier === 'Restricted' ? 'bad' : 'good'}>{t.domain.tier[tier]}</Tag>
            <span className="soft">{benefits.may_audit ? t.auditor.mayAudit : t.auditor.mayNotAudit}</span>
          </div>
        )}
      </Loaded>
      <Loaded query={counted} lines={2}>
        {({ items }) => {
          const mine = items[0];
          if (!mine) return <p className="soft">{t.auditor.statisticsEmpty}</p>;
          const share = (value: number | null): string => (value === null ? '–' : format.share(value));
          return (
            <dl className={styles['figures']}>
              <Figure name={texts.votes}>{format.number(mine.votes)}</Figure>
              <Figure name={texts.approvals}>{format.number(mine.approvals)}</Figure>
              <Figure name={texts.rejections}>{format.number(mine.rejections)}</Figure>
              <Figure name={texts.rulings}>{format.number(mine.rulings)}</Figure>
              <Figure name={texts.accepted}>{share(mine.accepted_share)}</Figure>
              <Figure name={texts.agreement}>{share(mine.agreement_share)}</Figure>
              <Figure name={texts.response}>{mine.mean_response_ms === null ? '–' : format.duration(mine.mean_response_ms)}</Figure>
              <Figure name={texts.missed}>{format.number(mine.missed)}</Figure>
              <Figure name={texts.overturned}>{format.number(mine.overturned)}</Figure>
              <Figure name={texts.open}>{format.number(mine.open_seats)}</Figure>
            </dl>
          );
        }}
      </Loaded>
    </div>
  );
};
