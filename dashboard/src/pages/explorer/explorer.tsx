import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useChain, useChainQuery, useHeads, useIndexQuery } from '../../chain/context.js';
import { useText } from '../../i18n/context.js';
import { Page, Section } from '../../ui/page.js';
import { Loaded } from '../../ui/state.js';
import { Hash, Tag, Time } from '../../ui/values.js';
import { NEWEST_BLOCKS, useNewestBlocks } from './blocks.js';
import { SearchBox } from './search-box.js';
import css from './explorer.module.css';

/** The state of the chain, and the way to every story. */
const Explorer = (): ReactNode => {
  const { t } = useText();
  return (
    <Page title={t.explorer.title} lead={t.explorer.lead}>
      <SearchBox />
      <ChainState />
      <NewestBlocks />
      <IndexPart />
    </Page>
  );
};

const ChainState = (): ReactNode => {
  const { t, format } = useText();
  const { best, final } = useHeads();
  const chain = useChain();
  const validators = useChainQuery(['session', 'validators'], (client) => client.query.session.validators());
  const now = useChainQuery(['timestamp'], (client) => client.query.timestamp.now());
  const lag = best && final ? Math.max(0, best.number - final.number) : undefined;
  const texts = t.explorer.chain;
  return (
    <dl className={css.numbers}>
      <div>
        <dt>{texts.best}</dt>
        <dd>{best ? <Link to={`/explorer/block/${best.hash}`}>#{format.number(best.number)}</Link> : '–'}</dd>
        <dd className="small soft">{now.data === undefined ? '' : <Time ms={now.data} />}</dd>
      </div>
      <div>
        <dt>{texts.final}</dt>
        <dd>{final ? <Link to={`/explorer/block/${final.hash}`}>#{format.number(final.number)}</Link> : '–'}</dd>
        <dd className="small soft">{lag === undefined ? '' : t.chain.state.finalLag(lag)}</dd>
      </div>
      <div>
        <dt>{texts.validators}</dt>
        <dd>{validators.data === undefined ? '–' : format.number(validators.data.length)}</dd>
        <dd className="small soft">{validators.data === undefined ? '' : texts.faults(Math.floor((validators.data.length - 1) / 3))}</dd>
      </div>
      <div>
        <dt>{texts.name}</dt>
        <dd>{chain?.name ?? '–'}</dd>
        <dd className="small soft">{chain && <Hash value={chain.genesis} />}</dd>
      </div>
    </dl>
  );
};

const NewestBlocks = (): ReactNode => {
  const { t, format } = useText();
  const blocks = useNewestBlocks();
  const { final } = useHeads();
  const texts = t.explorer.blocks;
  return (
    <Section title={texts.title}>
      <Loaded query={blocks} lines={NEWEST_BLOCKS}>
        {(newest) => (
          <div className="scroll" role="region" aria-label={texts.title} tabIndex={0}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t.domain.block}</th>
                  <th scope="col">{texts.time}</th>
                  <th scope="col">{texts.transactions}</th>
                  <th scope="col">{texts.state}</th>
                </tr>
              </thead>
              <tbody>
                {newest.map((block) => {
                  const signed = block.transactions.filter(({ signer }) => signer !== undefined);
                  return (
                    <tr key={block.hash}>
                      <td className="nowrap">
                        <Link to={`/explorer/block/${block.hash}`}>#{format.number(block.number)}</Link>
                      </td>
                      <td>
                        <Time ms={block.time} />
                      </td>
                      <td>{signed.length === 0 ? '–' : signed.map(({ pallet, call }) => `${pallet}.${call}`).join(', ')}</td>
                      <td>
                        {final && block.number <= final.number ? (
                          <Tag mood="good">{t.chain.state.final}</Tag>
                        ) : (
                          <Tag mood="warn">{t.chain.state.notFinal}</Tag>
                        )}
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </Loaded>
    </Section>
  );
};

const IndexPart = (): ReactNode => {
  const { t, format } = useText();
  const index = useIndexQuery(['state'], (client) => client.state());
  const texts = t.explorer.index;
  return (
    <Section title={texts.title}>
      <Loaded query={index} lines={3}>
        {({ state, at, finalized, error, counts, backend }) => (
          <>
            {error !== null && (
              <div className="note bad" role="alert">
                <strong>{texts.stopped}</strong>
                <p>{error}</p>
              </div>
            )}
            <dl className="facts">
              <dt>{texts.state}</dt>
              <dd>
                <Tag mood={state === 'following' ? 'good' : state === 'rebuilding' ? 'warn' : 'bad'}>{texts.states[state]}</Tag>{' '}
                {at ? texts.at(format.number(at.number), format.number(finalized.number)) : texts.nothing}
              </dd>
              {counts !== null && (
                <>
                  <dt>{texts.contents}</dt>
                  <dd>
                    {(['records', 'listings', 'orders', 'reviews', 'events'] as const)
                      .map((what) => texts.count[what](format.number(counts[what])))
                      .join(' · ')}
                  </dd>
                </>
              )}
              <dt>{texts.backend}</dt>
              <dd>{backend === 'sqlite' ? 'SQLite' : 'PostgreSQL'}</dd>
            </dl>
          </>
        )}
      </Loaded>
    </Section>
  );
};

export default Explorer;
