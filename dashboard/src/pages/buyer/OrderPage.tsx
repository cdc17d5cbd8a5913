// One order of the buyer's: how it stands, what can be done, and, once it is delivered, what was bought.

import { useState, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { useChain, useChainQuery } from '../../chain/context.js';
import { orderStateName } from '../../chain/shapes.js';
import { chainTime } from '../../chain/time.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button, Dialog } from '../../ui/controls.js';
import { Page, Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Account, Amount, OrderLink, RecordLink, Time } from '../../ui/values.js';
import { isSameAccount } from '../../vault/vaults.js';
import { ClaimKeys } from './ClaimKeys.js';
import { PurposeText } from './consent.js';
import { grant, isInForce, marketParameters, order as orderOf, type ShownOrder } from './data.js';
import { OpenRecord } from './OpenRecord.js';
import { actionsOf, deadlineOf, type Action } from './orders.js';
import { DeadlineText, StateTag } from './OrdersPage.js';
import { BuyerNav } from './parts.js';
import { CLAIM_DEPOSIT, bondOf } from './quote.js';

export const OrderPage = (): ReactNode => {
  const { t, format } = useText();
  const { order: text = '' } = useParams();
  const id = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  const query = useChainQuery(
    ['order', id],
    id === undefined
      ? undefined
      : async (client) => {
          const order = await orderOf(client, id);
          if (order === null) return null;
          const [now, parameters, held] = await Promise.all([
            chainTime(client),
            marketParameters(client),
            grant(client, order.record, order.version, order.buyer),
          ]);
          return { order, now, parameters, granted: isInForce(held, now) };
        },
  );
  const number = id === undefined ? text : format.number(id);
  return (
    <Page title={t.domain.orderNumber(number)} actions={<BuyerNav />}>
      {id === undefined ? (
        <Empty title={t.buyer.noOrder(text)} />
      ) : (
        <Loaded query={query} lines={10}>
          {(found) =>
            found === null ? (
              <Empty title={t.buyer.noOrder(number)}>
                <p>
                  {t.buyer.history}
                  {t.shell.colon}
                  <OrderLink order={id} />
                </p>
              </Empty>
            ) : (
              <Shown key={id} {...found} bond={bondOf(BigInt(found.order.price), found.parameters)} />
            )
          }
        </Loaded>
      )}
    </Page>
  );
};

/** What to say of a state, at a time of the chain's. */
const sentenceOf = (order: ShownOrder, now: number): 'OpenLate' | 'OpenSellerCancels' | 'OpenBuyerCancels' | 'DeliveredLate' | 'ClaimedLate' | ReturnType<typeof orderStateName> => {
  const name = orderStateName(order.state);
  const deadline = deadlineOf(order);
  const isLate = deadline !== undefined && now >= deadline.at;
  if (name === 'Open' && typeof order.state === 'object' && 'Open' in order.state) {
    if (isLate) return 'OpenLate';
    const { cancel } = order.state.Open;
    return cancel === null ? 'Open' : `Open${cancel}Cancels`;
  }
  if (isLate && name === 'Delivered') return 'DeliveredLate';
  if (isLate && name === 'Claimed') return 'ClaimedLate';
  return name;
};

const Shown = ({ order, now, granted, bond }: { order: ShownOrder; now: number; granted: boolean; bond: bigint }): ReactNode => {
  const { t, format } = useText();
  const { account } = useAccounts();
  const isMine = account !== undefined && isSameAccount(account.address, order.buyer);
  const actions = actionsOf(order, now, granted);
  return (
    <>
      <div className="stack tight" aria-live="polite">
        <p className="row">
          <StateTag order={order} />
          <span className="soft">
            <DeadlineText order={order} />
          </span>
        </p>
        <p>{t.buyer.stateText[sentenceOf(order, now)]}</p>
      </div>
      <dl className="facts">
        <dt>{t.domain.record}</dt>
        <dd>
          <RecordLink record={order.record} />
          {t.shell.comma}
          {t.domain.version} {order.version}
        </dd>
        <dt>{t.buyer.price}</dt>
        <dd>
          <Amount value={order.price} />
        </dd>
        <dt>{t.buyer.quoteRetained}</dt>
        <dd>
          <Amount value={order.retained} />
        </dd>
        <dt>{t.buyer.seller}</dt>
        <dd>
          <Account address={order.seller} />
        </dd>
        <dt>{t.buyer.purpose}</dt>
        <dd>
          <PurposeText purpose={order.purpose} />
        </dd>
        <dt>{t.buyer.ordered}</dt>
        <dd>
          <Time ms={order.placed} />
        </dd>
        <dt>{t.buyer.history}</dt>
        <dd>
          <OrderLink order={order.order} />
        </dd>
      </dl>
      {isMine ? (
        <>
          {actions.includes('open') && <OpenRecord key={account.address} record={order.record} version={order.version} grantee={order.buyer} />}
          {orderStateName(order.state) === 'Claimed' && <ClaimKeys order={order} />}
          <Actions order={order} actions={actions.filter((action) => action !== 'open')} bond={bond} />
        </>
      ) : (
        <p className="note">
          {account ? t.buyer.notYours(format.number(order.order)) : t.chain.account.needAccount} <Account address={order.buyer} />
        </p>
      )}
      <p>
        <Link to="/market/orders">{t.buyer.orders}</Link>
      </p>
    </>
  );
};

type Sent = Exclude<Action, 'open'>;

const Actions = ({ order, actions, bond }: { order: ShownOrder; actions: readonly Action[]; bond: bigint }): ReactNode => {
  const { t, format } = useText();
  const chain = useChain();
  const sending = useSend();
  const [isClaiming, setClaiming] = useState(false);
  const money = chain ?? { symbol: 'MDS', decimals: 12 };
  const id = BigInt(order.order);
  const act = (action: Sent): void => {
    void sending.send((client) => {
      const { marketplace } = client.tx;
      switch (action) {
        case 'cancel':
        case 'agreeToCancel':
          return marketplace.cancel(id);
        case 'expire':
          return marketplace.expire(id);
        case 'claim':
          return marketplace.claim(id);
        case 'settle':
          return marketplace.settle(id);
        case 'clear':
          return marketplace.clear(id);
      }
    });
  };
  const claimHint = t.buyer.claimHint(format.amount(bond, money), format.amount(CLAIM_DEPOSIT, money), format.amount(order.retained, money));
  const sent = actions.filter((action): action is Sent => action !== 'open');
  if (sent.length === 0 && sending.progress === undefined) return null;
  return (
    <Section title={t.buyer.actions}>
      {sent.map((action) => (
        <div key={action} className="stack tight">
          <p className="soft">{action === 'claim' ? t.buyer.claimTitle : t.buyer[`${action}Hint`]}</p>
          <div>
            <Button
              look={action === 'claim' ? 'danger' : 'plain'}
              isDisabled={sending.busy}
              onPress={() => (action === 'claim' ? setClaiming(true) : act(action))}
            >
              {t.buyer[action]}
            </Button>
          </div>
        </div>
      ))}
      <SendStatus progress={sending.progress} />
      <Dialog title={t.buyer.claimTitle} isOpen={isClaiming} onClose={() => setClaiming(false)}>
        <p>{claimHint}</p>
        <div className="row">
          <Button
            look="danger"
            onPress={() => {
              setClaiming(false);
              act('claim');
            }}
          >
            {t.buyer.claimSure}
          </Button>
          <Button onPress={() => setClaiming(false)}>{t.shell.cancel}</Button>
        </div>
      </Dialog>
    </Section>
  );
};
