// Orders in which an owner sold, and what came in.

import { useRef, useState, type ReactNode } from 'react';
import { atBest } from '../../chain/best.js';
import { useChain, useChainQuery, useIndexPages, useIndexQuery } from '../../chain/context.js';
import type { OrdersQuery } from '../../chain/index-client.js';
import { orderStateName } from '../../chain/shapes.js';
import { NodeClient, type Order } from '../../chain/node-client.js';
import { useChainTime } from '../../chain/time.js';
import { useUnanswered } from '../../chain/unanswered.js';
import { useSend, type Sending } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { ShowMore } from '../../ui/more.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded, QueryProblem, Skeleton } from '../../ui/state.js';
import { Account, Amount, AsOf, OrderLink, RecordLink, Tag, Time, type Mood } from '../../ui/values.js';
import { isSameAccount } from '../../vault/vaults.js';
import { PurposeText } from '../buyer/consent.js';
import { cancelProposal, earningsOf, isToSettle, type OrderMoney } from './deliveries.js';
import { Due } from './due.js';
import { useMe } from './provider.js';
import { soldMoney } from './sold.js';
import styles from './provider.module.css';

const MOODS: Readonly<Record<string, Mood>> = { Open: 'warn', Delivered: 'accent', Claimed: 'bad', Settled: 'good', Refunded: 'bad' };

/** How many sales are shown at first, and more each time. */
const STEP = 50;

const Sales = (): ReactNode => {
  const { t } = useText();
  const me = useMe();
  const genesis = useChain()?.genesis;
  const texts = t.provider.sales;
  const sending = useSend();
  return (
    <>
      <Due me={me} />
      <Section title={texts.earnings}>
        <Earnings key={`${genesis} ${me}`} me={me} />
      </Section>
      <Section title={texts.title}>
        {sending.progress && <SendStatus progress={sending.progress} />}
        <SoldOrders key={me} me={me} sending={sending} />
      </Section>
    </>
  );
};

/** The orders in which somebody sold that were not cleared, the newest first: from the chain's state, or nothing if that is not wanted. */
const useStored = (me: string, isWanted: boolean) =>
  useChainQuery(
    ['provider', 'sales', me],
    isWanted ? async (client) => (await new NodeClient(client).ordersOf(me)).filter(({ seller }) => isSameAccount(seller, me)).toReversed() : undefined,
  );

const Earnings = ({ me }: { me: string }): ReactNode => {
  const { t } = useText();
  const ended = useRef(new Map<number, OrderMoney>());
  const all = useIndexQuery(['provider', 'sales', me], (index) => soldMoney(index, me, ended.current));
  const isUnanswered = useUnanswered(all) !== undefined;
  const stored = useStored(me, isUnanswered);
  return (
    <>
      {isUnanswered ? (
        <>
          <Loaded query={stored} lines={3}>
            {(orders) => <Earned orders={orders} />}
          </Loaded>
          <p className="soft small">{t.provider.sales.withoutIndex}</p>
        </>
      ) : (
        <Loaded query={all} lines={3}>
          {({ orders, at }) => (
            <>
              <Earned orders={orders} />
              <AsOf block={at} />
            </>
          )}
        </Loaded>
      )}
    </>
  );
};

const SoldOrders = ({ me, sending }: { me: string; sending: Sending }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.sales;
  const now = useChainTime();
  const [most, setMost] = useState(STEP);
  const pages = useIndexPages(['provider', 'sold', me], (index, paging) =>
    atBest((query: OrdersQuery) => index.orders(query), { seller: me, cleared: false, limit: STEP, count: false, ...paging }),
  );
  const isUnanswered = useUnanswered(pages) !== undefined;
  const stored = useStored(me, isUnanswered);
  const list = (orders: readonly Order[], more: boolean): ReactNode =>
    orders.length === 0 && !more ? (
      <Empty title={texts.none}>
        <p>{texts.noneText}</p>
      </Empty>
    ) : (
      <ul role="list" className="stack">
        {orders.map((order) => (
          <Sold key={order.order} order={order} now={now} sending={sending} />
        ))}
      </ul>
    );
  if (isUnanswered) {
    return (
      <Loaded query={stored} lines={6}>
        {(orders) => (
          <>
            {list(orders.slice(0, most), false)}
            <ShowMore shown={most} total={orders.length} more={most < orders.length} onMore={() => setMost(most + STEP)} />
          </>
        )}
      </Loaded>
    );
  }
  if (!pages.data) return <Skeleton lines={6} />;
  const orders = pages.data.pages.flatMap(({ items }) => items);
  return (
    <>
      <QueryProblem query={pages} />
      {list(orders, pages.hasNextPage)}
      <ShowMore shown={orders.length} total={null} more={pages.hasNextPage} isReading={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()} />
    </>
  );
};

const Earned = ({ orders }: { orders: readonly OrderMoney[] }): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.sales;
  const sum = earningsOf(orders);
  const figures = [
    [texts.received, <Amount key="a" value={sum.received} />],
    [texts.retained, <Amount key="a" value={sum.retained} />],
    [texts.promised, <Amount key="a" value={sum.promised} />],
    [texts.fees, <Amount key="a" value={sum.fees} />],
    [texts.returned, <Amount key="a" value={sum.returned} />],
    [texts.delivered, format.number(sum.delivered)],
  ] as const;
  return (
    <dl className={`card ${styles['figures']}`}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt className="soft small">{name}</dt>
          <dd>
            <strong>{value}</strong>
          </dd>
        </div>
      ))}
    </dl>
  );
};

const Sold = ({ order, now, sending }: { order: Order; now: number | undefined; sending: Sending }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.sales;
  const state = orderStateName(order.state);
  const proposal = cancelProposal(order.state);
  const isDue = now !== undefined && isToSettle(order.state, now);
  const id = BigInt(order.order);
  return (
    <li className="card stack tight">
      <div className="row between">
        <span className="row">
          <OrderLink order={order.order} />
          <RecordLink record={order.record} />
          <Tag mood={MOODS[state] ?? 'plain'}>{t.domain.orderState[state]}</Tag>
        </span>
        <Amount value={order.price} />
      </div>
      <dl className="facts">
        <dt>{texts.buyer}</dt>
        <dd>
          <Account address={order.buyer} />
        </dd>
        <dt>{texts.purpose}</dt>
        <dd>
          <PurposeText purpose={order.purpose} />
        </dd>
        <dt>{texts.placed}</dt>
        <dd>
          <Time ms={order.placed} />
        </dd>
      </dl>
      {proposal === 'Seller' && <p className="note">{texts.proposed}</p>}
      {proposal === 'Buyer' && <p className="note warn">{texts.buyerProposed}</p>}
      {(proposal === null || proposal === 'Buyer') && (
        <div>
          <Button compact isDisabled={sending.busy} onPress={() => void sending.send((client) => client.tx.marketplace.cancel(id))}>
            {proposal === null ? texts.cancel : texts.agree}
          </Button>
        </div>
      )}
      {isDue && (
        <div>
          <Button compact isDisabled={sending.busy} onPress={() => void sending.send((client) => client.tx.marketplace.settle(id))}>
            {texts.settle}
          </Button>
        </div>
      )}
    </li>
  );
};

export default Sales;
