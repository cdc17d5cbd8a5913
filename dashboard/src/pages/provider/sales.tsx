// Orders in which an owner sold, and what came in.

import type { ReactNode } from 'react';
import { useChainQuery, useIndexQuery } from '../../chain/context.js';
import type { OrderItem } from '../../chain/index-client.js';
import { orderStateName } from '../../chain/index-client.js';
import { NodeClient, type Order } from '../../chain/node-client.js';
import { useChainTime } from '../../chain/time.js';
import { useSend, type Sending } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Account, Amount, OrderLink, RecordLink, Tag, Time, type Mood } from '../../ui/values.js';
import { isSameAccount } from '../../vault/vaults.js';
import { PurposeText } from '../buyer/consent.js';
import { cancelProposal, earningsOf, isToSettle } from './deliveries.js';
import { Due } from './due.js';
import { useMe } from './provider.js';
import styles from './provider.module.css';

const MOODS: Readonly<Record<string, Mood>> = { Open: 'warn', Delivered: 'accent', Claimed: 'bad', Settled: 'good', Refunded: 'bad' };

/** Most pages of orders that are added up. */
const PAGES = 100;

const Sales = (): ReactNode => {
  const { t } = useText();
  const me = useMe();
  const texts = t.provider.sales;
  const stored = useChainQuery(['provider', 'sales', me], async (client) => {
    const orders = await new NodeClient(client).ordersOf(me);
    return orders.filter(({ seller }) => isSameAccount(seller, me)).toReversed();
  });
  const all = useIndexQuery(['provider', 'sales', me], async (index) => {
    const orders: OrderItem[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < PAGES; page += 1) {
      const answer: Awaited<ReturnType<typeof index.orders>> = await index.orders({ seller: me, limit: 100, count: false, ...(cursor === null ? {} : { cursor }) });
      orders.push(...answer.items);
      cursor = answer.next;
      if (cursor === null) break;
    }
    return orders;
  });
  const now = useChainTime();
  const sending = useSend();
  return (
    <>
      <Due me={me} />
      <Section title={texts.earnings}>
        <Loaded query={all.isError ? stored : all} lines={3}>
          {(orders) => <Earned orders={orders} />}
        </Loaded>
        {all.isError && <p className="soft small">{texts.withoutIndex}</p>}
      </Section>
      <Section title={texts.title}>
        {sending.progress && <SendStatus progress={sending.progress} />}
        <Loaded query={stored} lines={6}>
          {(orders) =>
            orders.length === 0 ? (
              <Empty title={texts.none}>
                <p>{texts.noneText}</p>
              </Empty>
            ) : (
              <ul role="list" className="stack">
                {orders.map((order) => (
                  <Sold key={order.order} order={order} now={now} sending={sending} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
    </>
  );
};

const Earned = ({ orders }: { orders: readonly Pick<Order, 'price' | 'retained' | 'fee' | 'state'>[] }): ReactNode => {
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
