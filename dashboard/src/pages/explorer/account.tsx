import type { ReactNode } from 'react';
import { useParams } from 'react-router';
import { useChainQuery } from '../../chain/context.js';
import { NodeClient } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { Page, Section } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Account, Amount, Hash, Tag, Time } from '../../ui/values.js';
import { NotFound } from '../home/not-found.js';
import { readSought } from './find.js';
import { Story } from './timeline.js';

/** An account: who it is, what it has, and all that names it. */
const AccountStory = (): ReactNode => {
  const { address: text = '' } = useParams();
  const { t } = useText();
  const sought = readSought(text);
  if (sought?.kind !== 'account') return <NotFound />;
  const { address } = sought;
  return (
    <Page
      title={t.domain.account}
      lead={
        <span className="mono" translate="no">
          {address}
        </span>
      }
    >
      <Facts address={address} />
      <Section title={t.explorer.story}>
        <Story key={address} about={{ account: address }} direction="newest" />
      </Section>
    </Page>
  );
};

const Facts = ({ address }: { address: string }): ReactNode => {
  const { t, format } = useText();
  const texts = t.explorer.facts;
  const facts = useChainQuery(['account facts', address], async (client) => {
    const node = new NodeClient(client);
    const [member, credit, { data }] = await Promise.all([
      node.member(address),
      node.credit(address),
      client.query.system.account(address),
    ]);
    return { member, credit, free: data.free, held: data.reserved };
  });
  return (
    <Loaded query={facts} lines={7}>
      {({ member, credit, free, held }) => (
        <>
          {!member && <Empty title={texts.noMember} />}
          <dl className="facts card">
            {member && (
              <>
                <dt>{texts.roles}</dt>
                <dd className="row">
                  {member.roles.map((role) => (
                    <Tag key={role} mood="accent">
                      {t.domain.role[role]}
                    </Tag>
                  ))}
                  {member.status !== 'Active' && <Tag mood="bad">{texts.suspended}</Tag>}
                </dd>
                <dt>{texts.sponsor}</dt>
                <dd>{member.sponsor === null ? texts.council : <Account address={member.sponsor} />}</dd>
                <dt>{texts.since}</dt>
                <dd>
                  {member.since === 0 ? texts.genesis : <Time ms={member.since} />}
                </dd>
                <dt>{texts.key}</dt>
                <dd>
                  <Hash value={member.key} />
                </dd>
              </>
            )}
            <dt>{texts.credit}</dt>
            <dd>
              {format.number(credit.score / 1000)} · {t.domain.tier[credit.tier]}
            </dd>
            <dt>{texts.free}</dt>
            <dd>
              <Amount value={free} />
            </dd>
            <dt>{texts.held}</dt>
            <dd>
              <Amount value={held} />
            </dd>
          </dl>
        </>
      )}
    </Loaded>
  );
};

export default AccountStory;
