import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useHeads } from '../../chain/context.js';
import type { Hex } from '../../chain/shapes.js';
import { useText } from '../../i18n/context.js';
import { Page, Section } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Account, Hash, Tag, Time } from '../../ui/values.js';
import { NotFound } from '../home/not-found.js';
import { useBlock, type Block, type BlockEvent } from './blocks.js';
import { Fields, eventWords } from './happening.js';
import { idOf } from './number.js';
import css from './explorer.module.css';

const isHash = (text: string): text is Hex => /^0x[0-9a-f]{64}$/.test(text);

/** Events that say only that a transaction ended and what it cost, of which every block is full. */
const PLUMBING = new Set(['System.ExtrinsicSuccess', 'TransactionPayment.TransactionFeePaid', 'Balances.Withdraw', 'Balances.Deposit']);

const BlockPage = (): ReactNode => {
  const { id = '' } = useParams();
  const which = isHash(id) ? id : idOf(id);
  return which === undefined ? <NotFound /> : <Known which={which} />;
};

const Known = ({ which }: { which: Hex | number }): ReactNode => {
  const { t, format } = useText();
  const block = useBlock(which);
  const number = block.data?.number ?? (typeof which === 'number' ? which : undefined);
  return (
    <Page title={number === undefined ? t.domain.block : `${t.domain.block} ${format.number(number)}`}>
      <Loaded query={block} lines={10}>
        {(found) => <Content block={found} />}
      </Loaded>
    </Page>
  );
};

const Content = ({ block }: { block: Block }): ReactNode => {
  const { t, format } = useText();
  const { final } = useHeads();
  const texts = t.explorer.blocks;
  const shown = block.events.filter(({ pallet, event }) => !PLUMBING.has(`${pallet}.${event}`));
  const ofChain = shown.filter(({ transaction }) => transaction === undefined);
  return (
    <>
      <dl className="facts card">
        <dt>{texts.state}</dt>
        <dd>
          {final && block.number <= final.number ? (
            <Tag mood="good">{t.chain.state.final}</Tag>
          ) : (
            <Tag mood="warn">{t.chain.state.notFinal}</Tag>
          )}
        </dd>
        <dt>{texts.time}</dt>
        <dd>
          <Time ms={block.time} />
        </dd>
        <dt>{texts.hash}</dt>
        <dd>
          <code className="small">{block.hash}</code>
        </dd>
        <dt>{texts.parent}</dt>
        <dd>
          {block.number > 1 ? (
            <Link to={`/explorer/block/${block.parent}`}>
              <Hash value={block.parent} />
            </Link>
          ) : (
            <Hash value={block.parent} />
          )}
        </dd>
      </dl>
      <Section title={texts.transactions}>
        {block.transactions.every(({ signer }) => signer === undefined) ? (
          <Empty title={texts.none} />
        ) : (
          <ul role="list" className="stack">
            {block.transactions
              .filter(({ signer }) => signer !== undefined)
              .map(({ position, signer, pallet, call, failed }) => (
                <li key={position} className="card stack tight">
                  <div className="row between">
                    <h3 className="mono">{`${pallet}.${call}`}</h3>
                    {failed && <Tag mood="bad">{texts.failed}</Tag>}
                  </div>
                  <p className="soft">
                    {t.explorer.by} {signer !== undefined && <Account address={signer} />}
                    {t.shell.comma}
                    {texts.position(format.number(position))}
                  </p>
                  <Events events={shown.filter(({ transaction }) => transaction === position)} />
                </li>
              ))}
          </ul>
        )}
      </Section>
      {ofChain.length > 0 && (
        <Section title={texts.byChain}>
          <Events events={ofChain} />
        </Section>
      )}
    </>
  );
};

const Events = ({ events }: { events: readonly BlockEvent[] }): ReactNode => {
  const { t } = useText();
  return (
    <ul role="list" className="stack tight">
      {events.map((event) => (
        <li key={event.index} className={css.what}>
          <strong>{eventWords(t, event.pallet, event.event)}</strong>
          <Fields fields={event.fields} />
        </li>
      ))}
    </ul>
  );
};

export default BlockPage;
