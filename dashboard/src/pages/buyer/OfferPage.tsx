// A record as buyers see it: what it contains, what may be done with it; on sale what it costs, whether it is there, and the order; and
// the request for access.

import { useState, type ReactNode } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { purposeArgument, termsArgument } from '../../chain/arguments.js';
import type { ChainEvent, Progress } from '../../chain/send.js';
import { useChain, useChainQuery } from '../../chain/context.js';
import { chainTime } from '../../chain/time.js';
import type { Purpose } from '../../chain/shapes.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { Page, Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Account, Amount, Hash, RecordLink, Time } from '../../ui/values.js';
import { isSameAccount } from '../../vault/vaults.js';
import { unmet } from '../provider/consent.js';
import { About } from './About.js';
import { AskForAccess } from './AskForAccess.js';
import { isComplete } from './consent.js';
import { grant, isInForce, offer, openOrder, spendable, unlisted, type Offer, type Presence, type Unlisted } from './data.js';
import { BuyerNav, TierTag } from './parts.js';
import { quoteOf, type Quote } from './quote.js';
import { criteriaOf, purposeFor, recordPage, versionOf } from './search.js';
import { VaultCheck } from './VaultCheck.js';
import styles from './buyer.module.css';

export const OfferPage = (): ReactNode => {
  const { t, format } = useText();
  const { record: text = '' } = useParams();
  const [params] = useSearchParams();
  const record = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  const version = versionOf(params);
  const query = useChainQuery(
    ['offer', record, version],
    record === undefined || version === null
      ? undefined
      : async (client) => (await offer(client, record, version)) ?? (await unlisted(client, record, version)),
  );
  const title = record === undefined ? t.domain.record : t.domain.recordNumber(format.number(record));
  return (
    <Page title={title} actions={<BuyerNav />}>
      {record === undefined || version === null ? (
        <NotListed record={record} version={version} />
      ) : (
        <Loaded query={query} lines={14}>
          {(found) => {
            if (found === null) return <NotListed record={record} version={version} />;
            const key = `${record} ${version}`;
            return 'listing' in found ? <Offered key={key} offer={found} /> : <Unoffered key={key} found={found} />;
          }}
        </Loaded>
      )}
    </Page>
  );
};

/** There is neither a record, nor a version if that was asked for: `version` is null if it cannot be one. */
const NotListed = ({ record, version }: { record: number | undefined; version: number | null | undefined }): ReactNode => {
  const { t } = useText();
  const isOfVersion = record !== undefined && version !== undefined;
  return (
    <Empty title={isOfVersion ? t.buyer.noVersion : t.buyer.notListed}>
      <p>{isOfVersion ? t.buyer.noVersionHint : t.buyer.notAvailable}</p>
      {isOfVersion && (
        <p>
          <ToRecord record={record} />
        </p>
      )}
      {record !== undefined && (
        <p>
          <RecordLink record={record} />
        </p>
      )}
    </Empty>
  );
};

/** From one version to what is on sale of the record, or its newest. What is looked at for a purpose stays so. */
const ToRecord = ({ record }: { record: number }): ReactNode => {
  const { t } = useText();
  const [params] = useSearchParams();
  return <Link to={recordPage(record, undefined, criteriaOf(params).purpose)}>{t.buyer.toRecord}</Link>;
};

/** The purpose that was searched for, or the commonest. */
const usePurpose = (): [Purpose, (purpose: Purpose) => void] => {
  const [params] = useSearchParams();
  return useState<Purpose>(() => criteriaOf(params).purpose ?? purposeFor('BiomedicalResearch'));
};

const Offered = ({ offer: offered }: { offer: Offer }): ReactNode => {
  const { t } = useText();
  const { account } = useAccounts();
  const [purpose, setPurpose] = usePurpose();
  const { record, listing, version, policy, seller, parameters } = offered;
  const quote = quoteOf(BigInt(listing.price), seller, parameters);
  // What a vault said about one version to one account says nothing about another.
  const key = `${record} ${listing.version} ${account?.address ?? ''}`;
  return (
    <div className={`${styles.columns} ${styles.halves}`}>
      <About record={record} version={listing.version} stored={version} policy={policy} purpose={purpose} onPurpose={setPurpose}>
        <dt>{t.buyer.seller}</dt>
        <dd>
          <Account address={listing.seller} /> <TierTag tier={seller.tier} /> <span className="soft small">{t.buyer.tierHint[seller.tier]}</span>
        </dd>
      </About>
      <div className="stack wide">
        <Section title={t.buyer.quote}>
          <QuoteTable quote={quote} offer={offered} />
        </Section>
        <Ordering key={`order ${key}`} offer={offered} quote={quote} purpose={purpose} />
        <AskForAccess key={`ask ${key}`} record={record} version={listing.version} owner={listing.seller} policy={policy} purpose={purpose} isListed />
      </div>
    </div>
  );
};

const Unoffered = ({ found: { record, version, stored, policy, owner, tier, listed } }: { found: Unlisted }): ReactNode => {
  const { t, format } = useText();
  const { account } = useAccounts();
  const [purpose, setPurpose] = usePurpose();
  return (
    <>
      <div className="note">
        {listed === null ? (
          <>
            <strong>{t.buyer.notListed}</strong>
            <p>{t.buyer.notListedHint}</p>
          </>
        ) : (
          <>
            <strong>{t.buyer.otherListed(format.number(version), format.number(listed))}</strong>
            <p>
              <ToRecord record={record} />
            </p>
          </>
        )}
      </div>
      <div className={`${styles.columns} ${styles.halves}`}>
        <About record={record} version={version} stored={stored} policy={policy} purpose={purpose} onPurpose={setPurpose}>
          <dt>{t.buyer.owner}</dt>
          <dd>
            <Account address={owner} /> <TierTag tier={tier} />
          </dd>
        </About>
        <div className="stack wide">
          <AskForAccess key={`${record} ${version} ${account?.address ?? ''}`} record={record} version={version} owner={owner} policy={policy} purpose={purpose} />
        </div>
      </div>
    </>
  );
};

const QuoteTable = ({ quote, offer: { listing, seller } }: { quote: Quote; offer: Offer }): ReactNode => {
  const { t, format } = useText();
  const chain = useChain();
  const money = chain ?? { symbol: 'MDS', decimals: 12 };
  const line = (name: string, value: ReactNode, hint?: string, strong = false): ReactNode => (
    <>
      <dt className={strong ? styles.strong : undefined}>{name}</dt>
      <dd className={strong ? styles.strong : undefined}>{value}</dd>
      {hint !== undefined && <dd className={styles.hint}>{hint}</dd>}
    </>
  );
  const claimHint = t.buyer.quoteClaimHint(format.amount(quote.bond, money), format.duration(quote.rulingWithin));
  const { licence, duration } = listing.terms;
  return (
    <dl className={styles.money}>
      {line(t.buyer.quotePrice, <Amount value={quote.price} />, t.buyer.quotePriceHint, true)}
      {line(t.buyer.quoteSeller, <Amount value={quote.atDelivery} />)}
      {line(t.buyer.quoteFee, <Amount value={quote.fee} />, t.buyer.quoteFeeHint)}
      {line(
        t.buyer.quoteRetained,
        <Amount value={quote.retained} />,
        seller.tier === 'Restricted' ? `${t.domain.tier.Restricted}: ${t.buyer.tierHint.Restricted}` : t.buyer.quoteRetainedHint,
      )}
      {line(t.buyer.quoteDeposit, <Amount value={quote.deposit} />, t.buyer.quoteDepositHint)}
      {line(t.buyer.quoteNeeded, <Amount value={quote.needed} />, undefined, true)}
      {line(t.buyer.quoteDeliver, format.duration(quote.deliverWithin))}
      {line(t.buyer.quoteClaim, format.duration(quote.claimWindow), claimHint)}
      {line(t.buyer.termsDuration, duration === null ? t.buyer.termsForEver : format.duration(duration))}
      {licence !== null && line(t.buyer.termsLicence, <Hash value={licence} />, t.buyer.termsLicenceHint)}
    </dl>
  );
};

/** The number of the order that was placed. */
const placed = (progress: Progress): number | undefined => {
  if (progress.step !== 'final' && progress.step !== 'in-block') return undefined;
  const isIt = ({ pallet, name }: ChainEvent): boolean => pallet === 'Marketplace' && name === 'Ordered';
  const { order } = (progress.block.events.find(isIt)?.data ?? {}) as { order?: bigint };
  return order === undefined ? undefined : Number(order);
};

const Ordering = ({ offer: offered, quote, purpose }: { offer: Offer; quote: Quote; purpose: Purpose }): ReactNode => {
  const { t, format } = useText();
  const { account } = useAccounts();
  const chain = useChain();
  const navigate = useNavigate();
  const sending = useSend();
  const [presence, setPresence] = useState<Presence>();
  const { record, listing, policy } = offered;
  const who = account?.address;
  const mine = useChainQuery(
    ['buyer', who, record, listing.version],
    who === undefined
      ? undefined
      : async (client) => {
          const [free, held, now, order] = await Promise.all([
            spendable(client, who),
            grant(client, record, listing.version, who),
            chainTime(client),
            openOrder(client, who, record, listing.version),
          ]);
          return { free, granted: isInForce(held, now), order };
        },
  );
  if (!account) {
    return (
      <Section title={t.buyer.order}>
        <p className="note">{t.chain.account.needAccount}</p>
      </Section>
    );
  }
  if (isSameAccount(account.address, listing.seller)) {
    return (
      <Section title={t.buyer.order}>
        <p className="note">{t.buyer.ownRecord}</p>
      </Section>
    );
  }
  const missing = mine.data && mine.data.free < quote.needed ? quote.needed - mine.data.free : 0n;
  const isPermitted = isComplete(purpose) && unmet(policy, purpose).length === 0;
  const money = chain ?? { symbol: 'MDS', decimals: 12 };
  const order = async (): Promise<void> => {
    const end = await sending.send(async (client) => {
      const listed = await client.query.marketplace.listings(BigInt(record));
      return client.tx.marketplace.order(
        BigInt(record),
        listing.version,
        // Not more than what is on the screen.
        BigInt(listing.price),
        termsArgument(listing.terms, listed?.terms),
        purposeArgument(purpose),
      );
    });
    const number = placed(end);
    if (number !== undefined) await navigate(`/market/orders/${number}`);
  };
  return (
    <>
      <Section title={t.buyer.vault}>
        <VaultCheck offer={offered} onPresence={setPresence} />
      </Section>
      <Section title={t.buyer.order}>
        <Loaded query={mine} lines={1}>
          {({ free, granted, order }) => (
            <>
              <p>
                {t.buyer.quoteHave}
                {t.shell.colon}
                <Amount value={free} />
              </p>
              {missing > 0n && <p className="note bad">{t.buyer.quoteShort(format.amount(missing, money))}</p>}
              {granted && (
                <p className="note">
                  <Link to="/market/access">{t.buyer.alreadyGranted}</Link>
                </p>
              )}
              {order !== undefined && (
                <p className="note">
                  <Link to={`/market/orders/${order}`}>{t.buyer.alreadyOrdered(format.number(order))}</Link>
                </p>
              )}
            </>
          )}
        </Loaded>
        {presence !== 'there' && <p className="soft small">{t.buyer.orderUnchecked}</p>}
        <div>
          <Button
            look="primary"
            isDisabled={
              sending.busy || presence !== 'there' || !isPermitted || missing > 0n || mine.data === undefined || mine.data.granted || mine.data.order !== undefined
            }
            onPress={() => void order()}
          >
            {t.buyer.orderFor(format.amount(quote.price, money))}
          </Button>
        </div>
        <SendStatus progress={sending.progress} />
        <p className="soft small">
          {t.buyer.sinceText} <Time ms={listing.since} />
        </p>
      </Section>
    </>
  );
};
