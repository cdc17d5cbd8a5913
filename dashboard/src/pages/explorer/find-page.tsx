import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { encodeAccount } from 'medshare-js';
import { hexToU8a } from 'dedot/utils';
import { useChainQuery, useIndexPages } from '../../chain/context.js';
import { problemOf } from '../../chain/errors.js';
import type { Hex } from '../../chain/shapes.js';
import { MOST } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { NotFound } from '../home/not-found.js';
import { ShowMore } from '../../ui/more.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded, Problem } from '../../ui/state.js';
import { OrderLink, RecordLink } from '../../ui/values.js';
import { readSought } from './find.js';
import { SearchBox } from './search-box.js';

/** What a number or a hash may be of, so far as it exists. */
const Find = (): ReactNode => {
  const { text = '' } = useParams();
  const { t } = useText();
  const sought = readSought(text);
  if (!sought || sought.kind === 'account') return <NotFound />;
  return (
    <Page title={t.explorer.search.found}>
      <SearchBox key={text} initial={text} />
      {sought.kind === 'number' ? <OfNumber number={sought.number} /> : <OfHash hash={sought.hash} />}
    </Page>
  );
};

const OfNumber = ({ number }: { number: number }): ReactNode => {
  const { t, format } = useText();
  const found = useChainQuery(['find', number], async (client) => {
    const [records, orders, head] = await Promise.all([
      client.query.records.nextRecord(),
      client.query.marketplace.nextOrder(),
      client.query.system.number(),
    ]);
    return { record: number < records, order: number < orders, block: number <= head };
  });
  return (
    <Loaded query={found} lines={3}>
      {({ record, order, block }) =>
        record || order || block ? (
          <ul className="stack tight">
            {record && (
              <li>
                <RecordLink record={number} />
              </li>
            )}
            {order && (
              <li>
                <OrderLink order={number} />
              </li>
            )}
            {block && (
              <li>
                <Link to={`/explorer/block/${number}`}>
                  {t.domain.block} {format.number(number)}
                </Link>
              </li>
            )}
          </ul>
        ) : (
          <Empty title={t.explorer.search.nothing}>
            <p>{t.explorer.search.nothingNumber}</p>
          </Empty>
        )
      }
    </Loaded>
  );
};

const OfHash = ({ hash }: { hash: Hex }): ReactNode => {
  const { t } = useText();
  const onChain = useChainQuery(['find', hash], async (client) => {
    const address = encodeAccount(hexToU8a(hash));
    const [header, member] = await Promise.all([
      client.rpc.chain_getHeader(hash).catch(() => undefined),
      client.query.members.members(address),
    ]);
    return { block: header !== undefined && header !== null, account: member ? address : undefined };
  });
  // The pseudonym of a person: what is registered about them.
  const about = useIndexPages(['subject', hash], (index, paging) => index.search({ what: 'records', subject: hash, limit: MOST, ...paging }));
  const records = about.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      <Loaded query={onChain} lines={2}>
        {({ block, account }) => (
          <>
            {(block || account !== undefined) && (
              <ul className="stack tight">
                {block && (
                  <li>
                    <Link to={`/explorer/block/${hash}`}>{t.domain.block}</Link>
                  </li>
                )}
                {account !== undefined && (
                  <li>
                    <Link to={`/explorer/account/${account}`}>{t.domain.account}</Link>
                  </li>
                )}
              </ul>
            )}
            {!block && account === undefined && about.isSuccess && records.length === 0 && (
              <Empty title={t.explorer.search.nothing}>
                <p>{t.explorer.search.nothingHash}</p>
              </Empty>
            )}
            {!block && account === undefined && about.isError && problemOf(about.error).kind !== 'unknown' && (
              <Problem error={about.error} />
            )}
          </>
        )}
      </Loaded>
      {records.length > 0 && (
        <section className="stack tight">
          <h2>{t.explorer.search.subject}</h2>
          <ul className="stack tight">
            {records.map(({ record }) => (
              <li key={record}>
                <RecordLink record={record} />
              </li>
            ))}
          </ul>
          <ShowMore
            shown={records.length}
            total={about.data?.pages[0]?.total ?? null}
            more={about.hasNextPage}
            isReading={about.isFetchingNextPage}
            onMore={() => void about.fetchNextPage()}
          />
        </section>
      )}
    </>
  );
};

export default Find;
