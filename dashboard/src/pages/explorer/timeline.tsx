// The story of a record, an order or an account, from the node's index.

import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { atBest } from '../../chain/best.js';
import { useIndexPages } from '../../chain/context.js';
import { isTold } from '../../chain/errors.js';
import type { TraceItem, TraceSubject } from '../../chain/index-client.js';
import { useText } from '../../i18n/context.js';
import { ShowMore } from '../../ui/more.js';
import { Empty, QueryProblem, Skeleton } from '../../ui/state.js';
import { Account, Tag, Time } from '../../ui/values.js';
import { Fields, eventWords } from './happening.js';
import { moodOf } from './mood.js';
import css from './explorer.module.css';

const PAGE = 50;

/** Everything that happened, oldest first for a record and an order, newest first for an account. */
export const Story = ({ about, direction }: { about: TraceSubject; direction: 'oldest' | 'newest' }): ReactNode => {
  const { t, format } = useText();
  const pages = useIndexPages(['trace', about, direction], (index, paging) =>
    atBest((query) => index.trace(query), { ...about, direction, limit: PAGE, ...paging }),
  );
  if (pages.data === undefined) return isTold(pages) ? <QueryProblem query={pages} /> : <Skeleton lines={9} />;
  const items = pages.data.pages.flatMap((page) => page.items);
  const total = pages.data.pages[0]?.total ?? null;
  if (items.length === 0) return <Empty title={t.explorer.nothingHappened} />;
  const without = Object.keys(about);
  return (
    <div className="stack">
      <ol className={css.timeline}>
        {items.map((item) => (
          <Happening key={`${item.hash} ${item.index}`} item={item} without={without} />
        ))}
      </ol>
      <QueryProblem query={pages} />
      <ShowMore shown={items.length} total={total} more={pages.hasNextPage} isReading={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()} />
      <p className="hidden" aria-live="polite">
        {t.explorer.shown(format.number(items.length))}
      </p>
    </div>
  );
};

const Happening = ({ item, without }: { item: TraceItem; without: readonly string[] }): ReactNode => {
  const { t, format } = useText();
  const mood = moodOf(item.pallet, item.event, item.fields);
  return (
    <li className={css.happening} data-mood={mood}>
      <div className={css.when}>
        <Link to={`/explorer/block/${item.hash}`}>#{format.number(item.block)}</Link>
        <Time ms={item.time} />
        {!item.final && <Tag mood="warn">{t.chain.state.notFinal}</Tag>}
      </div>
      <div className={css.what}>
        <h3>{eventWords(t, item.pallet, item.event)}</h3>
        <p className="small soft">
          {item.by === null ? (
            t.explorer.byChain
          ) : (
            <>
              {t.explorer.by} <Account address={item.by} />
            </>
          )}{' '}
          · <span className="mono">{`${item.pallet}.${item.event}`}</span>
        </p>
        <Fields fields={item.fields} without={without} />
      </div>
    </li>
  );
};
