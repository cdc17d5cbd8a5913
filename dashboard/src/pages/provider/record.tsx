// One record of an owner: how it stands, its consent, its sale, its end.

import { useState, type ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { policyArgument } from '../../chain/arguments.js';
import { useChain, useChainQuery, useVaults } from '../../chain/context.js';
import type { Policy } from '../../chain/shapes.js';
import { NodeClient, type Listing, type Record, type RecordVersion } from '../../chain/node-client.js';
import { useSend, type Sending } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { parseAmount } from '../../i18n/format.js';
import { Button, Dialog, TextField } from '../../ui/controls.js';
import { DescriptorFacts } from '../../ui/descriptor.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded, Problem } from '../../ui/state.js';
import { Account, Amount, Hash, Tag, Time } from '../../ui/values.js';
import { fetchCiphertext, isSameAccount } from '../../vault/vaults.js';
import { FileViewer } from '../../viewers/FileViewer.js';
import { PolicyText } from '../buyer/consent.js';
import { ConsentForm } from './consent-form.js';
import { daysOf, wantPrice, wantedPrice } from './days.js';
import { useMe } from './provider.js';
import { STATUS_MOODS } from './records.js';

interface Details {
  readonly id: number;
  readonly record: Record;
  readonly version: RecordVersion;
  readonly policy: Policy;
  readonly listing: Listing | null;
}

const RecordPage = (): ReactNode => {
  const { t } = useText();
  const me = useMe();
  const { record: text = '' } = useParams();
  const id = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (id === undefined) return <Empty title={t.chain.problem.unknown} />;
  // Nothing of one record, or account, stays under another.
  return <OneRecord key={`${id} ${me}`} id={id} me={me} />;
};

const OneRecord = ({ id, me }: { id: number; me: string }): ReactNode => {
  const { t, format } = useText();
  const sending = useSend();
  const query = useChainQuery(['provider', 'record', id], async (client): Promise<Details> => {
    const node = new NodeClient(client);
    const record = await node.record(id);
    const [version, policy, listing] = await Promise.all([node.version(id, record.latest), node.policy(id), node.listing(id)]);
    return { id, record, version, policy, listing };
  });
  return (
    <Loaded query={query} lines={10}>
      {(details) => (
        <>
          <div className="row between">
            <h2>{t.domain.recordNumber(format.number(id))}</h2>
            <Link to="/records">{t.provider.record.back}</Link>
          </div>
          {sending.progress && <SendStatus progress={sending.progress} />}
          {isSameAccount(details.record.owner, me) ? <Mine {...details} sending={sending} /> : <Empty title={t.provider.record.notYours} />}
        </>
      )}
    </Loaded>
  );
};

const Mine = (details: Details & { sending: Sending }): ReactNode => {
  const { t, format } = useText();
  const { id, record, version, sending } = details;
  const texts = t.provider.record;
  return (
    <>
      {record.withdrawn && <p className="note warn">{texts.isWithdrawn}</p>}
      <div className="card stack">
        <div className="row">
          <Tag mood={STATUS_MOODS[version.status]}>{t.domain.status[version.status]}</Tag>
          <span className="soft">{texts.reviewText[version.status]}</span>
        </div>
        <DescriptorFacts descriptor={version.content.descriptor}>
          <dt>{t.domain.version}</dt>
          <dd>{format.number(record.latest)}</dd>
          <dt>{texts.registered}</dt>
          <dd>
            <Time ms={version.anchor.moment} />
          </dd>
          <dt>{texts.subject}</dt>
          <dd>
            <Hash value={record.subject} />
          </dd>
          <dt>{texts.deposit}</dt>
          <dd>
            <Amount value={version.deposit} />
          </dd>
          <dt>{texts.vaults}</dt>
          <dd>
            {version.content.locators.map(({ vault }) => (
              <Account key={vault} address={vault} />
            ))}
          </dd>
        </DescriptorFacts>
        <Link to={`/explorer/record/${id}`}>{texts.story}</Link>
      </div>
      <Section title={texts.sale}>
        <Sale {...details} />
      </Section>
      <Consent key={JSON.stringify(details.policy)} {...details} />
      <Section title={texts.open}>
        <OpenOwn key={record.latest} id={id} version={version} record={record} />
      </Section>
      <Section title={texts.receipts}>
        <Receipts id={id} />
      </Section>
      <Section title={texts.end}>
        <End id={id} withdrawn={record.withdrawn} sending={sending} />
      </Section>
    </>
  );
};

const Sale = ({ id, record, version, listing, sending }: Details & { sending: Sending }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.record;
  const chain = useChain();
  const [price, setPrice] = useState(() => (chain ? wantedPrice(chain.genesis, id) : ''));
  const [days, setDays] = useState('');
  const { symbol, decimals } = chain ?? { symbol: 'MDS', decimals: 12 };
  const amount = parseAmount(price, decimals);
  const span = daysOf(days);
  const isTradable = version.status === 'Approved' && !record.withdrawn;
  if (!listing && !isTradable) return <p className="soft">{record.withdrawn ? texts.isWithdrawn : texts.reviewText[version.status]}</p>;
  const list = async (): Promise<void> => {
    if (amount === undefined || span === null) return;
    const terms = { licence: undefined, duration: span === undefined ? undefined : BigInt(span) };
    const last = await sending.send((client) =>
      listing ? client.tx.marketplace.reprice(BigInt(id), amount) : client.tx.marketplace.list(BigInt(id), record.latest, amount, terms),
    );
    if (last.step === 'final' && chain) wantPrice(chain.genesis, id, '');
  };
  return (
    <div className="card stack">
      {listing && (
        <p>
          {texts.onSaleFor}{' '}
          <strong>
            <Amount value={listing.price} />
          </strong>{' '}
          {texts.since} <Time ms={listing.since} />
        </p>
      )}
      <div className="grid">
        <TextField
          label={`${t.provider.share.price} (${symbol})`}
          value={price}
          onChange={setPrice}
          inputMode="decimal"
          wrong={price.trim() !== '' && amount === undefined ? t.provider.share.priceWrong : undefined}
        />
        {!listing && (
          <TextField
            label={texts.duration}
            hint={texts.durationHint}
            value={days}
            onChange={setDays}
            inputMode="numeric"
            wrong={span === null ? texts.durationWrong : undefined}
          />
        )}
      </div>
      <div className="row">
        <Button look="primary" isDisabled={amount === undefined || span === null || sending.busy} onPress={() => void list()}>
          {listing ? texts.reprice : texts.list}
        </Button>
        {listing && (
          <Button isDisabled={sending.busy} onPress={() => void sending.send((client) => client.tx.marketplace.delist(BigInt(id)))}>
            {texts.delist}
          </Button>
        )}
      </div>
    </div>
  );
};

const Consent = ({ id, policy, record, sending }: Details & { sending: Sending }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.record;
  const [next, setNext] = useState<Policy>();
  const [isOpen, setOpen] = useState(false);
  return (
    <Section title={texts.consent}>
      <div className="card stack">
        <PolicyText policy={policy} />
        {!record.withdrawn && (
          <div>
            <Button compact onPress={() => setOpen(true)}>
              {texts.changeConsent}
            </Button>
          </div>
        )}
        <Dialog title={texts.saveConsent} isOpen={isOpen} onClose={() => setOpen(false)}>
          <ConsentForm start={policy} onChange={setNext} />
          <p className="soft">{texts.consentNote}</p>
          <div>
            <Button
              look="primary"
              isDisabled={!next || sending.busy}
              onPress={() => {
                if (!next) return;
                setOpen(false);
                void sending.send((client) => client.tx.access.setPolicy(BigInt(id), policyArgument(next)));
              }}
            >
              {texts.saveConsent}
            </Button>
          </div>
        </Dialog>
      </div>
    </Section>
  );
};

const OpenOwn = ({ id, version, record }: { id: number; version: RecordVersion; record: Record }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.record;
  const { account, keyring } = useAccounts();
  const chain = useChain();
  const addresses = useVaults();
  const [state, setState] = useState<'none' | 'busy' | { document: Blob } | { error: unknown }>('none');
  const open = async (): Promise<void> => {
    if (!account || !keyring || !chain) return;
    setState('busy');
    try {
      const { content, owner_key: ownerKey } = version;
      const wanted = { record: id, version: record.latest, content };
      const envelope = await fetchCiphertext(wanted, { addresses, genesis: chain.genesis, signer: account.requests });
      setState({ document: await keyring.decrypt(envelope, { commitment: content.commitment, ownerKey }, content) });
    } catch (error) {
      setState({ error });
    }
  };
  return (
    <div className="card stack">
      <p className="soft">{texts.openText}</p>
      {!keyring && <p className="note warn">{t.chain.account.needKeys}</p>}
      <div className="row">
        <Button isDisabled={!keyring || !account || state === 'busy'} onPress={() => void open()}>
          {texts.open}
        </Button>
        <span role="status">{state === 'busy' && `${texts.opening}…`}</span>
      </div>
      {typeof state === 'object' && 'error' in state && <Problem error={state.error} />}
      {typeof state === 'object' && 'document' in state && (
        <FileViewer file={state.document} name={`record-${id}`} mediaType={version.content.descriptor.media_type} />
      )}
    </div>
  );
};

const Receipts = ({ id }: { id: number }): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.record;
  const query = useChainQuery(['receipts', id], (client) => new NodeClient(client).receipts(id));
  return (
    <Loaded query={query} lines={2}>
      {(receipts) =>
        receipts.length === 0 ? (
          <p className="soft">{texts.noReceipts}</p>
        ) : (
          <ul role="list" className="card stack tight">
            {receipts.toReversed().map(({ content: { accessor, bytes, basis, at, request } }) => (
              <li key={request} className="row">
                <Account address={accessor} /> {texts.fetched(format.bytes(bytes))}{' '}
                <span className="soft">
                  {texts.basis[basis]} · <Time ms={at} />
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
};

const End = ({ id, withdrawn, sending }: { id: number; withdrawn: boolean; sending: Sending }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.record;
  const [isAsked, setAsked] = useState(false);
  const record = BigInt(id);
  return (
    <div className="card stack">
      <p className="soft">{withdrawn ? texts.eraseText : texts.withdrawText}</p>
      <div>
        <Button
          look="danger"
          isDisabled={sending.busy}
          onPress={() => (withdrawn ? void sending.send((client) => client.tx.records.erase(record)) : setAsked(true))}
        >
          {withdrawn ? texts.erase : texts.withdraw}
        </Button>
      </div>
      <Dialog title={texts.withdrawSure} isOpen={isAsked} onClose={() => setAsked(false)}>
        <p>{texts.withdrawText}</p>
        <div>
          <Button
            look="danger"
            onPress={() => {
              setAsked(false);
              void sending.send((client) => client.tx.records.withdraw(record));
            }}
          >
            {texts.withdraw}
          </Button>
        </div>
      </Dialog>
    </div>
  );
};

export default RecordPage;
