// An account's credit, and the events that made it.

import type { ReactNode } from 'react';
import { useChainQuery, useIndexPages } from '../../chain/context.js';
import { isTold } from '../../chain/errors.js';
import { MOST, NodeClient } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { ShowMore } from '../../ui/more.js';
import { Section } from '../../ui/page.js';
import { Empty, Loaded, QueryProblem, Skeleton } from '../../ui/state.js';
import { Tag, Time } from '../../ui/values.js';
import { isSameAccount } from '../../vault/vaults.js';
import { creditEntries } from './credit-events.js';
import { useMe } from './provider.js';

const Credit = (): ReactNode => {
  const { t, format } = useText();
  const me = useMe();
  const texts = t.provider.credit;
  const credit = useChainQuery(['credit', me], (client) => new NodeClient(client).credit(me));
  const story = useIndexPages(['credit', me], (index, paging) => index.trace({ account: me, direction: 'newest', limit: MOST, count: false, ...paging }));
  const entries = story.data?.pages.flatMap(({ items }) => creditEntries(items, (who) => isSameAccount(who, me))) ?? [];
  const points = (value: number): string => `${value > 0 ? '+' : ''}${format.number(value / 1000)}`;
  return (
    <>
      <Section title={texts.title}>
        <div className="card">
          <Loaded query={credit} lines={4}>
            {({ score, tier, benefits }) => (
              <dl className="facts">
                <dt>{texts.score}</dt>
                <dd>{format.number(score / 1000)}</dd>
                <dt>{texts.tier}</dt>
                <dd>
                  <Tag mood={tier === 'Restricted' ? 'bad' : 'good'}>{t.domain.tier[tier]}</Tag>
                </dd>
                <dt>{texts.gives}</dt>
                <dd>
                  <ul role="list">
                    <li>{texts.pending(format.number(benefits.max_pending))}</li>
                    <li>{texts.claimWindow(format.duration(benefits.claim_window))}</li>
                    {benefits.fee_discount > 0 && <li>{texts.discount(format.share(benefits.fee_discount / 1_000_000))}</li>}
                  </ul>
                </dd>
              </dl>
            )}
          </Loaded>
        </div>
      </Section>
      <Section title={texts.events}>
        <p className="soft">{texts.fades}</p>
        <QueryProblem query={story} />
        {!story.data && !isTold(story) && <Skeleton lines={4} />}
        {story.data && entries.length === 0 && !story.hasNextPage && <Empty title={texts.noEvents} />}
        {entries.length > 0 && (
          <div className="scroll" tabIndex={0} role="region" aria-label={texts.events}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{texts.when}</th>
                  <th scope="col">{texts.what}</th>
                  <th scope="col" className="number">{texts.points}</th>
                  <th scope="col" className="number">{texts.after}</th>
                </tr>
              </thead>
              <tbody>
                {entries.map(({ key, time, event, points: worth, score }) => (
                  <tr key={key}>
                    <td>
                      <Time ms={time} />
                    </td>
                    <td>{texts.event[event]}</td>
                    <td className="number">{points(worth)}</td>
                    <td className="number">{format.number(score / 1000)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <ShowMore shown={entries.length} total={null} more={story.hasNextPage} isReading={story.isFetchingNextPage} onMore={() => void story.fetchNextPage()} />
      </Section>
    </>
  );
};

export default Credit;
