// What the account that acts has asked for, and what it may open.

import { useRef, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { useChain, useIndexPages, useIndexQuery } from '../../chain/context.js';
import { isTold } from '../../chain/errors.js';
import type { GrantItem } from '../../chain/shapes.js';
import { useChainTime } from '../../chain/time.js';
import { useSend, type Sending } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { ButtonAbout } from '../../ui/controls.js';
import { Below, Heading } from '../../ui/heading.js';
import { useKeptQuery } from '../../ui/kept.js';
import { ShowMore } from '../../ui/more.js';
import { Page, Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded, QueryProblem, Skeleton } from '../../ui/state.js';
import { Tag, Time, type Mood } from '../../ui/values.js';
import { EndGrant, useHeldOrders } from '../provider/end-grant.js';
import { basisOf, endOf, grantState } from '../provider/grants.js';
import { PurposeText } from './consent.js';
import { OpenRecord } from './OpenRecord.js';
import { BuyerNav } from './parts.js';
import { madeRequests, type Kept, type Made, type MadeRequests } from './requests.js';
import { recordPage } from './search.js';
import styles from './buyer.module.css';

export const AccessPage = (): ReactNode => {
  const { t } = useText();
  const { account } = useAccounts();
  const genesis = useChain()?.genesis;
  return (
    <Page title={t.buyer.access} lead={t.buyer.accessLead} actions={<BuyerNav />}>
      {/* Nothing of one account, or of one chain, stays under another. */}
      {account ? <Mine key={`${genesis} ${account.address}`} me={account.address} /> : <p className="note">{t.chain.account.needAccount}</p>}
    </Page>
  );
};

const Mine = ({ me }: { me: string }): ReactNode => {
  const { t } = useText();
  const sending = useSend();
  return (
    <>
      {sending.progress && <SendStatus progress={sending.progress} />}
      <Section title={t.buyer.requests}>
        <Requests me={me} sending={sending} />
      </Section>
      <Section title={t.buyer.grants}>
        <Grants me={me} sending={sending} />
      </Section>
    </>
  );
};

const Requests = ({ me, sending }: { me: string; sending: Sending }): ReactNode => {
  const [pages, setPages] = useState(1);
  const kept = useRef<Kept>({});
  const query = useIndexQuery(['requests made', me, pages], (_, client) => madeRequests(client, me, pages, kept.current));
  // What was shown stays while more of it is read.
  const shown = useKeptQuery(query);
  return (
    <Loaded query={shown} lines={3}>
      {({ pages: read, ...found }) => (
        <RequestList {...found} sending={sending} isReading={query.data === undefined} onMore={() => setPages(read + 1)} />
      )}
    </Loaded>
  );
};

const RequestList = ({ items, indexed, more, missing, sending, isReading, onMore }: Omit<MadeRequests, 'pages'> & {
  sending: Sending;
  isReading: boolean;
  onMore: () => void;
}): ReactNode => {
  const { t, format } = useText();
  return (
    <>
      {!indexed && <p className="note">{t.buyer.requestsOnlyOpen}</p>}
      {items.length === 0 && !more && missing === 0 && (
        <Empty title={t.buyer.requestsNone}>
          <p>
            <Link to="/market?all=">{t.buyer.requestsNoneHint}</Link>
          </p>
        </Empty>
      )}
      {items.length === 0 && more && <p className="soft">{t.buyer.requestsNoneYet}</p>}
      {items.length > 0 && (
        <ul role="list" className="stack">
          {items.map((made) => (
            <Request key={made.request} made={made} sending={sending} />
          ))}
        </ul>
      )}
      {missing > 0 && <p className="note warn">{(more ? t.buyer.requestsMissing : t.buyer.requestsUntold)(format.number(missing))}</p>}
      <ShowMore shown={items.length} total={null} more={more} isReading={isReading} onMore={onMore} />
    </>
  );
};

const MOODS: Readonly<Record<Made['state'], Mood>> = { open: 'accent', granted: 'good', denied: 'bad', cancelled: 'plain' };

const Request = ({ made: { request, record, version, purpose, at, state }, sending }: { made: Made; sending: Sending }): ReactNode => {
  const { t, format } = useText();
  const name = t.buyer.requestNumber(format.number(request));
  const of = t.domain.recordVersion(format.number(record), format.number(version));
  return (
    <li className="card stack tight">
      <div className="row between">
        <span className="row">
          <Heading>{name}</Heading>
          <Tag mood={MOODS[state]}>{t.buyer.requestState[state]}</Tag>
        </span>
        {state === 'open' && (
          <ButtonAbout
            text={t.buyer.takeBack}
            about={`${name}${t.shell.comma}${of}`}
            compact
            isDisabled={sending.busy}
            onPress={() => void sending.send((client) => client.tx.access.cancelRequest(BigInt(request)))}
          />
        )}
      </div>
      <p className="row small">
        <Link to={recordPage(record, version)}>{of}</Link>
        <span className="soft">
          <Time ms={at} />
        </span>
        <span className="soft">{purpose && <PurposeText purpose={purpose} />}</span>
      </p>
    </li>
  );
};

const Grants = ({ me, sending }: { me: string; sending: Sending }): ReactNode => {
  const { t } = useText();
  const now = useChainTime();
  const orders = useHeldOrders(me);
  const pages = useIndexPages(['access', me], (index, paging) => index.grants({ grantee: me, limit: 50, count: false, ...paging }));
  if (!pages.data && isTold(pages)) return <QueryProblem query={pages} />;
  if (!pages.data || now === undefined) return <Skeleton lines={4} />;
  const grants = pages.data.pages.flatMap(({ items }) => items.filter(({ cleared }) => !cleared));
  return (
    <>
      <QueryProblem query={pages} />
      {grants.length === 0 && !pages.hasNextPage && <Empty title={t.buyer.grantsNone} />}
      {grants.length > 0 && (
        <Loaded query={orders} lines={4}>
          {(held) => (
            <ul role="list" className="stack">
              {grants.map((grant) => (
                <Grant key={`${grant.record} ${grant.version}`} grant={grant} now={now} held={held} sending={sending} />
              ))}
            </ul>
          )}
        </Loaded>
      )}
      <ShowMore shown={grants.length} total={null} more={pages.hasNextPage} isReading={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()} />
    </>
  );
};

/** `held` has the numbers of the orders of which money is on hold. */
const Grant = ({ grant, now, held, sending }: { grant: GrantItem; now: number; held: ReadonlySet<number>; sending: Sending }): ReactNode => {
  const { t, format } = useText();
  const [isOpen, setOpen] = useState(false);
  const { record, version, grantee, purpose, expires } = grant;
  const state = grantState(grant, now);
  const isActive = state === 'active';
  const name = t.domain.recordVersion(format.number(record), format.number(version));
  return (
    <li className="card stack">
      <div className={styles.hit}>
        <Heading>{name}</Heading>
        <Tag mood={isActive ? 'good' : 'plain'}>{t.buyer.grantState[state]}</Tag>
        <p className="row small soft">
          <span>{t.buyer.grantBasis[basisOf(grant.basis)]}</span>
          <PurposeText purpose={purpose} />
          {isActive && expires !== null && <span>{t.buyer.grantUntil(format.time(expires))}</span>}
        </p>
      </div>
      <div className="row">
        {isActive && (
          <ButtonAbout
            text={isOpen ? t.buyer.hideOpened : t.buyer.open}
            about={name}
            compact
            look="primary"
            aria-expanded={isOpen}
            onPress={() => setOpen(!isOpen)}
          />
        )}
        <EndGrant grant={grant} end={endOf(grant, now, held)} about={name} texts={t.buyer.giveBack} sending={sending} />
      </div>
      {isActive && isOpen && (
        <Below>
          <OpenRecord record={record} version={version} grantee={grantee} />
        </Below>
      )}
    </li>
  );
};
