// The orders of the account that acts, and what each waits for.

import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { useChainQuery } from '../../chain/context.js';
import { orderStateName, type OrderStateName } from '../../chain/shapes.js';
import { useText } from '../../i18n/context.js';
import { Button, Select } from '../../ui/controls.js';
import { Page } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Amount, RecordLink, Tag, Time, type Mood } from '../../ui/values.js';
import { orders, type ShownOrder } from './data.js';
import { STATES, deadlineOf } from './orders.js';
import { BuyerNav } from './parts.js';
import styles from './buyer.module.css';

const MOODS: Readonly<Record<OrderStateName, Mood>> = {
  Open: 'accent',
  Delivered: 'good',
  Claimed: 'warn',
  Settled: 'plain',
  Refunded: 'plain',
  Cancelled: 'plain',
  Expired: 'bad',
};

/** How far an order got, in a word. */
export const StateTag = ({ order }: { order: ShownOrder }): ReactNode => {
  const { t } = useText();
  const name = orderStateName(order.state);
  return (
    <>
      <Tag mood={MOODS[name]}>{t.domain.orderState[name]}</Tag>
      {order.cleared && <Tag>{t.buyer.cleared}</Tag>}
    </>
  );
};

/** What an order waits for, and until when. */
export const DeadlineText = ({ order }: { order: ShownOrder }): ReactNode => {
  const { t, format } = useText();
  const deadline = deadlineOf(order);
  return deadline ? (
    <>
      {t.buyer.deadline[deadline.of](format.time(deadline.at))} (<Time ms={deadline.at} relative />)
    </>
  ) : null;
};

export const OrdersPage = (): ReactNode => {
  const { t } = useText();
  const { account } = useAccounts();
  const [params, setParams] = useSearchParams();
  const state = STATES.find((name) => name === params.get('state'));
  const cursor = params.get('cursor') ?? undefined;
  const who = account?.address;
  const query = useChainQuery(
    ['orders', who, state, cursor],
    who === undefined ? undefined : (client) => orders(client, who, state, cursor),
  );
  const go = (next: { state?: string | undefined; cursor?: string | undefined }): void => {
    setParams(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined && value !== '')) as Record<string, string>);
  };
  return (
    <Page title={t.buyer.orders} lead={t.buyer.ordersLead} actions={<BuyerNav />}>
      {account ? (
        <>
          <div className={styles.pair}>
            <Select
              label={t.buyer.stateFilter}
              value={state ?? ''}
              choices={[{ value: '', label: t.buyer.allStates }, ...STATES.map((value) => ({ value, label: t.domain.orderState[value] }))]}
              onChange={(value) => go({ state: value })}
            />
          </div>
          <Loaded query={query} lines={8}>
            {({ indexed, items, next }) => (
              <>
                {!indexed && <p className="note">{t.buyer.ordersOnlyKept}</p>}
                <List items={items} isNarrowed={state !== undefined} />
                <div className="row">
                  {cursor !== undefined && <Button onPress={() => go({ state })}>{t.buyer.firstPage}</Button>}
                  {next !== null && <Button onPress={() => go({ state, cursor: next })}>{t.buyer.nextPage}</Button>}
                </div>
              </>
            )}
          </Loaded>
        </>
      ) : (
        <p className="note">{t.chain.account.needAccount}</p>
      )}
    </Page>
  );
};

const List = ({ items, isNarrowed }: { items: readonly ShownOrder[]; isNarrowed: boolean }): ReactNode => {
  const { t, format } = useText();
  if (items.length === 0) {
    return isNarrowed ? (
      <Empty title={t.buyer.ordersNoneLike} />
    ) : (
      <Empty title={t.buyer.ordersNone}>
        <p>
          <Link to="/market">{t.buyer.ordersNoneHint}</Link>
        </p>
      </Empty>
    );
  }
  return (
    <ul role="list" className="stack">
      {items.map((order) => (
        <li key={order.order} className={`card ${styles.hit}`}>
          <h2>
            <Link to={`/market/orders/${order.order}`}>{t.domain.orderNumber(format.number(order.order))}</Link>
          </h2>
          <p className={styles.price}>
            <Amount value={order.price} />
          </p>
          <p className="row small">
            <StateTag order={order} />
            <RecordLink record={order.record} />
            <span className="soft">
              {t.buyer.placed(format.time(order.placed))}
            </span>
            <span className="soft">
              <DeadlineText order={order} />
            </span>
          </p>
        </li>
      ))}
    </ul>
  );
};
