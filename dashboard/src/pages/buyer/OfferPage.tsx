// A record on sale: what it contains, what may be done with it, what it costs, whether it is there; and the order.

import { MedshareError } from 'medshare-js';
import { useState, type ReactNode } from 'react';
import { Link, useNavigate, useParams, useSearchParams } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { purposeArgument, termsArgument } from '../../chain/arguments.js';
import type { ChainEvent, Progress } from '../../chain/send.js';
import { useChain, useChainQuery, useVaults } from '../../chain/context.js';
import { chainTime } from '../../chain/time.js';
import type { Purpose } from '../../chain/index-client.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { DescriptorFacts } from '../../ui/descriptor.js';
import { Page, Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded, Problem } from '../../ui/state.js';
import { Account, Amount, Bytes, Hash, RecordLink, Time } from '../../ui/values.js';
import { isSameAccount } from '../../vault/vaults.js';
import { unmet } from '../provider/consent.js';
import { Permitted, PolicyText, PurposeForm, isComplete } from './consent.js';
import { grant, isInForce, offer, openOrder, presenceOf, spendable, type Offer, type Presence } from './data.js';
import { BuyerNav, TierTag } from './parts.js';
import { quoteOf, type Quote } from './quote.js';
import { criteriaOf, purposeFor } from './search.js';
import styles from './buyer.module.css';

export const OfferPage = (): ReactNode => {
  const { t, format } = useText();
  const { record: text = '' } = useParams();
  const record = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  const query = useChainQuery(['offer', record], record === undefined ? undefined : (client) => offer(client, record));
  const title = record === undefined ? t.domain.record : t.domain.recordNumber(format.number(record));
  return (
    <Page title={title} actions={<BuyerNav />}>
      {record === undefined ? (
        <NotListed />
      ) : (
        <Loaded query={query} lines={14}>
          {(found) => (found === null ? <NotListed record={record} /> : <Offered key={record} offer={found} />)}
        </Loaded>
      )}
    </Page>
  );
};

const NotListed = ({ record }: { record?: number }): ReactNode => {
  const { t } = useText();
  return (
    <Empty title={t.buyer.notListed}>
      <p>{t.buyer.notListedHint}</p>
      {record !== undefined && (
        <p>
          <RecordLink record={record} />
        </p>
      )}
    </Empty>
  );
};

const Offered = ({ offer: offered }: { offer: Offer }): ReactNode => {
  const { t } = useText();
  const { account } = useAccounts();
  const [params] = useSearchParams();
  const [purpose, setPurpose] = useState<Purpose>(() => criteriaOf(params).purpose ?? purposeFor('BiomedicalResearch'));
  const { record, listing, version, policy, seller, parameters } = offered;
  const quote = quoteOf(BigInt(listing.price), seller, parameters);
  return (
    <div className={`${styles.columns} ${styles.halves}`}>
      <div className="stack wide">
        <Section title={t.buyer.about}>
          <p className="soft">{t.buyer.aboutLead}</p>
          <DescriptorFacts descriptor={version.content.descriptor}>
            <dt>{t.buyer.seller}</dt>
            <dd>
              <Account address={listing.seller} /> <TierTag tier={seller.tier} /> <span className="soft small">{t.buyer.tierHint[seller.tier]}</span>
            </dd>
            <dt>{t.domain.version}</dt>
            <dd>{listing.version}</dd>
            <dt>{t.domain.record}</dt>
            <dd>
              <RecordLink record={record} />
            </dd>
          </DescriptorFacts>
        </Section>
        <Section title={t.buyer.policy}>
          <PolicyText policy={policy} />
          <PurposeForm label={t.buyer.use} purpose={purpose} onChange={(chosen) => chosen && setPurpose(chosen)} />
          <p className="soft small">{t.buyer.purposeBinds}</p>
          <div aria-live="polite">
            <Permitted policy={policy} purpose={purpose} />
          </div>
        </Section>
      </div>
      <div className="stack wide">
        <Section title={t.buyer.quote}>
          <QuoteTable quote={quote} offer={offered} />
        </Section>
        {/* What a vault said about one version to one account says nothing about another. */}
        <Ordering key={`${record} ${listing.version} ${account?.address ?? ''}`} offer={offered} quote={quote} purpose={purpose} />
      </div>
    </div>
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
              {granted && <p className="note">{t.buyer.alreadyGranted}</p>}
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

const VaultCheck = ({ offer: { record, listing, version }, onPresence }: { offer: Offer; onPresence: (presence: Presence | undefined) => void }): ReactNode => {
  const { t } = useText();
  const { account } = useAccounts();
  const chain = useChain();
  const addresses = useVaults();
  const [state, setState] = useState<{ busy: boolean; presence?: Presence; error?: unknown }>({ busy: false });
  const check = async (): Promise<void> => {
    if (!account || !chain) return;
    setState({ busy: true });
    try {
      const presence = await presenceOf(addresses, chain.genesis, account.requests, record, listing.version, version);
      setState({ busy: false, presence });
      onPresence(presence);
    } catch (error) {
      setState({ busy: false, error });
      onPresence(undefined);
    }
  };
  return (
    <>
      <p className="soft">{t.buyer.vaultLead}</p>
      <div>
        <Button isDisabled={state.busy} onPress={() => void check()}>
          {t.buyer.vaultCheck}
        </Button>
      </div>
      <div aria-live="polite">
        {state.busy && <p className="note">{t.buyer.vaultChecking}</p>}
        {state.presence === 'there' && (
          <p className="note good">
            {t.buyer.vaultOk} <Bytes size={version.content.size} />
          </p>
        )}
        {state.presence === 'other-size' && <p className="note bad">{t.buyer.vaultOther}</p>}
        {state.presence === 'no-vault' && (
          <p className="note bad">{t.buyer.vaultUnknown(version.content.locators.map(({ vault }) => vault).join(', '))}</p>
        )}
        {state.error !== undefined &&
          (account?.transactions.kind === 'wallet' && !(state.error instanceof MedshareError) ? (
            <div className="note bad" role="alert">
              <p>{t.chain.send.wallet}</p>
              <p className="mono small">{state.error instanceof Error ? state.error.message : String(state.error)}</p>
            </div>
          ) : (
            <Problem error={state.error} />
          ))}
      </div>
    </>
  );
};
