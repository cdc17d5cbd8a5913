import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { useChainQuery } from '../../chain/context.js';
import { problemOf } from '../../chain/errors.js';
import { orderStateName, type OrderStateName } from '../../chain/shapes.js';
import type { Order } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { Page, Section } from '../../ui/page.js';
import { Empty, Problem, Skeleton } from '../../ui/state.js';
import { Account, Amount, RecordLink, Tag, Time, type Mood } from '../../ui/values.js';
import { NotFound } from '../home/not-found.js';
import { purposeWords } from './consent-words.js';
import { idOf } from './number.js';
import { Story } from './timeline.js';

const STATE_MOOD: Record<OrderStateName, Mood> = {
  Open: 'accent',
  Delivered: 'good',
  Claimed: 'warn',
  Settled: 'good',
  Refunded: 'bad',
  Cancelled: 'plain',
  Expired: 'bad',
};

/** The facts of an order as they are now, and all that led to them. */
const OrderStory = (): ReactNode => {
  const { id } = useParams();
  const { t, format } = useText();
  const order = idOf(id);
  if (order === undefined) return <NotFound />;
  return (
    <Page title={t.domain.orderNumber(format.number(order))}>
      <Facts order={order} />
      <Section title={t.explorer.story}>
        <Story about={{ order }} direction="oldest" />
      </Section>
    </Page>
  );
};

const Facts = ({ order }: { order: number }): ReactNode => {
  const { t, format } = useText();
  const texts = t.explorer.facts;
  const facts = useChainQuery(['order facts', order], (client) =>
    client.provider.send<Omit<Order, 'order'>>('medshare_order', [order]),
  );
  if (facts.data === undefined) {
    if (!facts.isError) return <Skeleton lines={7} />;
    return problemOf(facts.error).kind === 'unknown' ? (
      <Empty title={texts.noOrder}>
        <p>{texts.noOrderText}</p>
      </Empty>
    ) : (
      <Problem error={facts.error} onRetry={() => void facts.refetch()} />
    );
  }
  const { state, record, version, buyer, seller, price, retained, fee, placed, deliver_by: deliverBy } = facts.data;
  const name = orderStateName(state);
  const next =
    typeof state === 'string'
      ? undefined
      : 'Open' in state
        ? deliverBy
        : 'Delivered' in state
          ? state.Delivered.settles_at
          : state.Claimed.rule_by;
  return (
    <dl className="facts card">
      <dt>{texts.state}</dt>
      <dd className="row">
        <Tag mood={STATE_MOOD[name]}>{t.domain.orderState[name]}</Tag>
        {next !== undefined && (
          <span className="soft">
            {texts.until} <Time ms={next} />
          </span>
        )}
      </dd>
      <dt>{t.domain.record}</dt>
      <dd>
        <RecordLink record={record} />
        {t.shell.comma}
        {t.explorer.version(format.number(version))}
      </dd>
      <dt>{texts.buyer}</dt>
      <dd>
        <Account address={buyer} />
      </dd>
      <dt>{texts.seller}</dt>
      <dd>
        <Account address={seller} />
      </dd>
      <dt>{texts.price}</dt>
      <dd>
        <Amount value={price} />
        {BigInt(fee) > 0n && (
          <>
            {' '}
            · {texts.fee} <Amount value={fee} />
          </>
        )}
        {BigInt(retained) > 0n && (
          <>
            {' '}
            · {texts.retained} <Amount value={retained} />
          </>
        )}
      </dd>
      <dt>{texts.purpose}</dt>
      <dd>{purposeWords(facts.data.purpose, t)}</dd>
      <dt>{texts.placed}</dt>
      <dd>
        <Time ms={placed} />
      </dd>
    </dl>
  );
};

export default OrderStory;
