// An owner's records with how each stands.

import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useChainQuery, useIndexPages } from '../../chain/context.js';
import { problemOf } from '../../chain/errors.js';
import { useUnanswered } from '../../chain/unanswered.js';
import { useText } from '../../i18n/context.js';
import { ShowMore } from '../../ui/more.js';
import { Section } from '../../ui/page.js';
import { Empty, Loaded, Problem, QueryProblem, Skeleton } from '../../ui/state.js';
import { Amount, AsOf, Bytes, Tag, type Mood } from '../../ui/values.js';
import { Due } from './due.js';
import { STEP, ofHit, storedRecords, type OwnRecord } from './own-records.js';
import { useMe } from './provider.js';

/** How a state of a version feels. */
export const STATUS_MOODS: Readonly<Record<'Pending' | 'Approved' | 'Rejected', Mood>> = { Pending: 'accent', Approved: 'good', Rejected: 'bad' };

const Records = (): ReactNode => {
  const { t } = useText();
  const me = useMe();
  const texts = t.provider.records;
  // What is withdrawn has a list of its own: the index tells either.
  const current = useOwn(me, false);
  const withdrawn = useOwn(me, true);
  const unanswered = useUnanswered(current);
  const unansweredWithdrawn = useUnanswered(withdrawn);
  return (
    <>
      <Due me={me} />
      <Section
        title={texts.title}
        actions={
          <Link to="share" className="button primary">
            {texts.share}
          </Link>
        }
      >
        {unanswered !== undefined ? (
          <>
            {problemOf(unanswered).kind !== 'no-index' && <Problem error={unanswered} onRetry={() => void current.refetch()} />}
            <Stored key={me} me={me} />
          </>
        ) : (
          <Pages query={current} label={texts.title}>
            <Empty title={texts.none}>
              <p>{texts.noneText}</p>
            </Empty>
          </Pages>
        )}
      </Section>
      {unanswered === undefined && unansweredWithdrawn !== undefined && (
        <Section title={texts.allWithdrawn}>
          <Problem error={unansweredWithdrawn} onRetry={() => void withdrawn.refetch()} />
        </Section>
      )}
      {unanswered === undefined && (withdrawn.data?.pages[0]?.items.length ?? 0) > 0 && (
        <Section title={texts.allWithdrawn}>
          <Pages query={withdrawn} label={texts.allWithdrawn} />
        </Section>
      )}
    </>
  );
};

const useOwn = (me: string, withdrawn: boolean) =>
  useIndexPages(['provider', 'records', me, withdrawn], (index, paging) =>
    index.search({ what: 'records', owner: me, withdrawn, sort: 'newest', limit: STEP, ...paging }),
  );

/** `children` are shown if there is none. */
const Pages = ({ query, label, children }: { query: ReturnType<typeof useOwn>; label: string; children?: ReactNode }): ReactNode => {
  const pages = query.data?.pages;
  if (!pages) return <Skeleton lines={6} />;
  const items = pages.flatMap((page) => page.items.map(ofHit));
  return (
    <>
      <QueryProblem query={query} />
      {items.length === 0 && !query.hasNextPage ? children : <RecordTable records={items} label={label} />}
      <AsOf block={pages[0]?.at?.number ?? null} />
      <ShowMore
        shown={items.length}
        total={pages[0]?.total ?? null}
        more={query.hasNextPage}
        isReading={query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
      />
    </>
  );
};

/** The same where the index does not answer. */
const Stored = ({ me }: { me: string }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.records;
  const [most, setMost] = useState(STEP);
  const query = useChainQuery(['provider', 'records', me, most], (client) => storedRecords(client, me, most));
  return (
    <Loaded query={query} lines={6}>
      {({ items, total }) =>
        total === 0 ? (
          <Empty title={texts.none}>
            <p>{texts.noneText}</p>
          </Empty>
        ) : (
          <>
            <RecordTable records={items} label={texts.title} />
            <ShowMore shown={items.length} total={total} more={items.length < total} onMore={() => setMost(most + STEP)} />
          </>
        )
      }
    </Loaded>
  );
};

const RecordTable = ({ records, label }: { records: readonly OwnRecord[]; label: string }): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.records;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={label}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.record}</th>
            <th scope="col">{t.domain.descriptor.kind}</th>
            <th scope="col">{t.domain.descriptor.size}</th>
            <th scope="col">{texts.status}</th>
            <th scope="col">{texts.onSale}</th>
          </tr>
        </thead>
        <tbody>
          {records.map(({ record, withdrawn, status, kind, modality, size, price }) => (
            <tr key={record}>
              <td>
                <Link to={String(record)}>{t.domain.recordNumber(format.number(record))}</Link>
              </td>
              <td>{[t.domain.kind[kind], modality].filter(Boolean).join(' ')}</td>
              <td>
                <Bytes size={size} />
              </td>
              <td>{withdrawn ? <Tag>{texts.withdrawn}</Tag> : <Tag mood={STATUS_MOODS[status]}>{t.domain.status[status]}</Tag>}</td>
              <td>{price === null ? <span className="soft">{texts.notOnSale}</span> : <Amount value={price} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

export default Records;
