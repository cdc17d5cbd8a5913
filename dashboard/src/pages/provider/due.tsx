// The keys that an owner owes, with the button that does what `medshare agent` would.

import { useState, type ReactNode } from 'react';
import { useAccounts } from '../../accounts/context.js';
import { useChainQuery, useClient } from '../../chain/context.js';
import { NodeClient, type Order, type Review } from '../../chain/node-client.js';
import { chainTime } from '../../chain/time.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Loaded, Problem } from '../../ui/state.js';
import { Tag } from '../../ui/values.js';
import { dueKeys, isPressing, type Due as DueKey } from './deliveries.js';
import { heldReviews } from './held.js';
import styles from './provider.module.css';
import { useDeliver } from './use-deliver.js';

const keyOf = (due: DueKey): string => (due.kind === 'order' ? `order ${due.order.order}` : JSON.stringify(due.review.subject));

/** The keys that are due, and their delivery one by one or all. */
export const Due = ({ me }: { me: string }): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.due;
  const { keyring } = useAccounts();
  const client = useClient();
  const deliver = useDeliver();
  const { progress, busy, send, clear } = useSend();
  const [error, setError] = useState<unknown>();
  const query = useChainQuery(['provider', 'due', me], async (connected) => {
    const [held, orders, now] = await Promise.all([heldReviews(connected, me), new NodeClient(connected).openOrdersOf(me), chainTime(connected)]);
    return { ...held, orders, now };
  });
  const one = async (due: DueKey, reviews: readonly Review[], orders: readonly Order[]): Promise<boolean> => {
    if (!deliver || !client) return false;
    setError(undefined);
    clear();
    try {
      let call;
      if (due.kind === 'order') {
        const order = orders.find((each) => each.order === due.order.order);
        call = order && (await deliver.order(new NodeClient(client), order));
      } else {
        const review = reviews.find((each) => keyOf({ ...due, review: each }) === keyOf(due));
        call = review && (await deliver.panel(review, due.seats.map(({ auditor }) => auditor)));
      }
      return call !== undefined && (await send(call)).step === 'final';
    } catch (failure) {
      setError(failure);
      return false;
    }
  };
  return (
    <Section title={texts.title}>
      <Loaded query={query} lines={2}>
        {({ reviews, isCut, orders, now }) => {
          const due = dueKeys(me, reviews, orders, now);
          const cut = isCut && <p className="note warn">{texts.cut(format.number(reviews.length))}</p>;
          if (due.length === 0) return cut || <p className="soft">{texts.none}</p>;
          const all = async (): Promise<void> => {
            for (const each of due) if (!(await one(each, reviews, orders))) return;
          };
          return (
            <div className="card stack">
              {!keyring && <p className="note warn">{t.chain.account.needKeys}</p>}
              {cut}
              <ul role="list" className="stack">
                {due.map((each) => (
                  <li key={keyOf(each)} className={styles['due']}>
                    <span>
                      <Words due={each} />{' '}
                      <Tag mood={isPressing(each.kind === 'order' ? each.order.placed : each.review.opened, each.until, now) ? 'bad' : 'warn'}>
                        {texts.until(format.relative(each.until, now))}
                      </Tag>
                    </span>
                    <Button compact look="primary" isDisabled={!deliver || busy} onPress={() => void one(each, reviews, orders)}>
                      {texts.deliver}
                    </Button>
                  </li>
                ))}
              </ul>
              {due.length > 1 && (
                <div>
                  <Button isDisabled={!deliver || busy} onPress={() => void all()}>
                    {texts.all}
                  </Button>
                </div>
              )}
              <p className="soft small">{texts.agent}</p>
            </div>
          );
        }}
      </Loaded>
      {error !== undefined && <Problem error={error} />}
      {progress && <SendStatus progress={progress} />}
    </Section>
  );
};

const Words = ({ due }: { due: DueKey }): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.due;
  if (due.kind === 'order') return texts.order(format.number(due.order.order), format.number(due.order.record));
  const { subject } = due.review;
  return 'Record' in subject
    ? texts.panel(format.number(subject.Record.record), due.seats.length)
    : texts.claim(format.number(subject.Claim.order), due.seats.length);
};
