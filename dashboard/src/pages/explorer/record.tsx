import type { ReactNode } from 'react';
import { Link, useParams } from 'react-router';
import { useChainQuery } from '../../chain/context.js';
import { problemOf } from '../../chain/errors.js';
import type { VersionStatus } from '../../chain/shapes.js';
import { NodeClient } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { Page, Section } from '../../ui/page.js';
import { Empty, Loaded, Problem, Skeleton } from '../../ui/state.js';
import { Account, Amount, Bytes, Hash, Tag, Time, type Mood } from '../../ui/values.js';
import { NotFound } from '../home/not-found.js';
import { policyWords } from './consent-words.js';
import { idOf } from './number.js';
import { Story } from './timeline.js';

const STATUS_MOOD: Record<VersionStatus, Mood> = { Pending: 'warn', Approved: 'good', Rejected: 'bad' };

/** The facts of a record as they are now, and all that led to them. */
const RecordStory = (): ReactNode => {
  const { id } = useParams();
  const { t, format } = useText();
  const record = idOf(id);
  if (record === undefined) return <NotFound />;
  return (
    <Page title={t.domain.recordNumber(format.number(record))}>
      <Facts record={record} />
      <Section title={t.explorer.story}>
        <Story about={{ record }} direction="oldest" />
      </Section>
    </Page>
  );
};

const Facts = ({ record }: { record: number }): ReactNode => {
  const { t, format } = useText();
  const texts = t.explorer.facts;
  const facts = useChainQuery(['record facts', record], async (client) => {
    const node = new NodeClient(client);
    const found = await node.record(record);
    const [version, policy, listing] = await Promise.all([
      node.version(record, found.latest),
      node.policy(record),
      node.listing(record),
    ]);
    return { found, version, policy, listing };
  });
  // Its story remains when it is erased.
  if (facts.isError && facts.data === undefined) {
    return problemOf(facts.error).kind === 'unknown' ? (
      <Empty title={texts.noRecord}>
        <p>{texts.noRecordText}</p>
      </Empty>
    ) : (
      <Problem error={facts.error} onRetry={() => void facts.refetch()} />
    );
  }
  if (facts.data === undefined) return <Skeleton lines={8} />;
  return (
    <Loaded query={facts}>
      {({ found, version, policy, listing }) => {
        const { descriptor, ciphertext, size } = version.content;
        return (
          <dl className="facts card">
            <dt>{texts.state}</dt>
            <dd className="row">
              <Tag mood={STATUS_MOOD[version.status]}>{t.domain.status[version.status]}</Tag>
              {found.withdrawn && <Tag mood="warn">{texts.withdrawn}</Tag>}
              {listing && (
                <span>
                  {texts.listedAt} <Amount value={listing.price} />
                </span>
              )}
            </dd>
            <dt>{texts.owner}</dt>
            <dd>
              <Account address={found.owner} />
            </dd>
            <dt>{texts.version}</dt>
            <dd>
              {format.number(found.latest)}
              {t.shell.comma}
              {texts.anchored(format.number(version.anchor.block))}
              {t.shell.comma}
              <Time ms={version.anchor.moment} />
            </dd>
            <dt>{texts.content}</dt>
            <dd>
              {[t.domain.kind[descriptor.kind], descriptor.media_type, descriptor.modality].filter(Boolean).join(' · ')} ·{' '}
              <Bytes size={size} />
            </dd>
            <dt>{texts.policy}</dt>
            <dd>{policyWords(policy, t).join(' · ')}</dd>
            {!found.withdrawn && (listing || version.status === 'Approved') && (
              <>
                <dt>{texts.access}</dt>
                <dd>
                  <Link to={`/market/records/${record}`}>{listing ? texts.toBuy : texts.toAsk}</Link>
                </dd>
              </>
            )}
            <dt>{texts.ciphertext}</dt>
            <dd>
              <Hash value={ciphertext} />
            </dd>
            <dt>{texts.subject}</dt>
            <dd>
              <Hash value={found.subject} />
            </dd>
          </dl>
        );
      }}
    </Loaded>
  );
};

export default RecordStory;
