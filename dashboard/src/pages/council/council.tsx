import { useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { useHeads } from '../../chain/context.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { Page, Section } from '../../ui/page.js';
import { Empty, Loaded } from '../../ui/state.js';
import { Account, Tag, Time, type Mood } from '../../ui/values.js';
import { MOST_MEMBERS, useHospitals, useMembers, useMotions, useValidators, type MemberRow, type ValidatorRow } from './data.js';
import { MotionCard, type Closed } from './motion.js';
import { RunFailed } from './run-failed.js';
import { ParameterTable } from './parameter-table.js';

/** What hospitals decide together: what is open, who belongs, who authors blocks, what is set. */
const Council = (): ReactNode => {
  const { t } = useText();
  const texts = t.council;
  return (
    <Page
      title={texts.title}
      lead={texts.lead}
      actions={
        <Link className="button primary" to="/council/propose">
          {texts.propose.title}
        </Link>
      }
    >
      <Motions />
      <Members />
      <Validators />
      <Section title={texts.parameters.title}>
        <p className="soft">{texts.parameters.lead}</p>
        <ParameterTable />
      </Section>
    </Page>
  );
};

const Motions = (): ReactNode => {
  const { t, format } = useText();
  const { account } = useAccounts();
  const { best } = useHeads();
  const motions = useMotions();
  const hospitals = useHospitals();
  const [closed, setClosed] = useState<Closed>();
  const texts = t.council.motions;
  const voter = account && hospitals.data?.includes(account.address) === true;
  return (
    <Section title={texts.title}>
      {hospitals.data && !voter && (
        <p className="note">{account ? texts.noVoter : t.chain.account.needAccount}</p>
      )}
      <div aria-live="polite">
        {closed &&
          (typeof closed.ran === 'object' ? (
            <RunFailed failure={closed.ran} />
          ) : (
            <p className="note good">
              <span>
                {texts.motion(format.number(closed.index))} <span className="mono">{`${closed.pallet}.${closed.call}`}</span>
              </span>
              {closed.ran === 'well' ? texts.ran : texts.closed}
            </p>
          ))}
      </div>
      <Loaded query={hospitals} lines={4}>
        {({ length: count }) => (
          <Loaded query={motions} lines={4}>
            {(open) =>
              open.length === 0 ? (
                <Empty title={texts.none}>
                  <p>{texts.noneText(format.number(count))}</p>
                </Empty>
              ) : (
                <ul role="list" className="stack">
                  {open.map((motion) => (
                    <li key={motion.hash}>
                      <MotionCard
                        motion={motion}
                        hospitals={count}
                        block={best?.number ?? 0}
                        voter={voter ? account.address : undefined}
                        onClosed={setClosed}
                      />
                    </li>
                  ))}
                </ul>
              )
            }
          </Loaded>
        )}
      </Loaded>
    </Section>
  );
};

const Members = (): ReactNode => {
  const { t, format } = useText();
  const members = useMembers();
  const texts = t.council.members;
  return (
    <Section title={texts.title} actions={<Link to="/council/propose?what=admit">{texts.admit}</Link>}>
      <Loaded query={members} lines={8}>
        {(rows) => (
          <>
            <Table label={texts.title} heads={[texts.who, texts.roles, texts.sponsor, texts.since, texts.state, texts.decide]}>
              {rows.map((row) => (
                <Member key={row.address} row={row} />
              ))}
            </Table>
            {rows.length >= MOST_MEMBERS && <p className="soft">{texts.most(format.number(MOST_MEMBERS))}</p>}
          </>
        )}
      </Loaded>
    </Section>
  );
};

const Member = ({ row }: { row: MemberRow }): ReactNode => {
  const { t, format } = useText();
  const texts = t.council.members;
  return (
    <tr>
      <td data-label={texts.who}>
        <Account address={row.address} />
      </td>
      <td data-label={texts.roles}>{format.list(row.roles.map((role) => t.domain.role[role]))}</td>
      <td data-label={texts.sponsor}>{row.sponsor === undefined ? texts.council : <Account address={row.sponsor} />}</td>
      <td data-label={texts.since} className="nowrap">{row.since === 0 ? texts.genesis : <Time ms={row.since} />}</td>
      <td data-label={texts.state}>
        {row.suspended === undefined ? (
          <Tag mood="good">{texts.active}</Tag>
        ) : (
          <Tag mood="bad">{row.suspended === 'council' ? texts.suspendedByCouncil : texts.suspended}</Tag>
        )}
      </td>
      <td data-label={texts.decide} className="nowrap">
        {row.suspended === undefined ? (
          <Link to={`/council/propose?what=suspend&who=${row.address}`}>{texts.suspend}</Link>
        ) : (
          <Link to={`/council/propose?what=reinstate&who=${row.address}`}>{texts.reinstate}</Link>
        )}
      </td>
    </tr>
  );
};

const VALIDATOR_MOOD: Record<ValidatorRow['state'], Mood> = { Active: 'good', Suspended: 'bad', Leaving: 'warn', Proposed: 'accent' };

const Validators = (): ReactNode => {
  const { t, format } = useText();
  const validators = useValidators();
  const texts = t.council.validators;
  return (
    <Section title={texts.title}>
      <Loaded query={validators} lines={5}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={texts.none} />
          ) : (
            <Table label={texts.title} heads={[texts.who, texts.state, texts.since, texts.session, texts.silent, t.council.members.decide]}>
              {rows.map((row) => (
                <tr key={row.address}>
                  <td data-label={texts.who}>
                    <Account address={row.address} />
                  </td>
                  <td data-label={texts.state}>
                    <Tag mood={VALIDATOR_MOOD[row.state]}>{texts.states[row.state]}</Tag>
                  </td>
                  <td data-label={texts.since} className="nowrap">{row.since === 0 ? t.council.members.genesis : <Time ms={row.since} />}</td>
                  <td data-label={texts.session}>{row.inSession ? t.shell.yes : t.shell.no}</td>
                  <td data-label={texts.silent}>{row.silent === 0 ? '–' : texts.sessions(format.number(row.silent))}</td>
                  <td data-label={t.council.members.decide} className="nowrap">
                    {row.state === 'Proposed' ? (
                      <span>
                        <Link to={`/council/propose?what=admit-validator&who=${row.address}`}>{texts.admit}</Link> ·{' '}
                        <Link to={`/council/propose?what=decline-validator&who=${row.address}`}>{texts.decline}</Link>
                      </span>
                    ) : row.state === 'Suspended' ? (
                      <Link to={`/council/propose?what=reinstate-validator&who=${row.address}`}>{texts.reinstate}</Link>
                    ) : (
                      <Link to={`/council/propose?what=remove-validator&who=${row.address}`}>{texts.remove}</Link>
                    )}
                  </td>
                </tr>
              ))}
            </Table>
          )
        }
      </Loaded>
    </Section>
  );
};

/** A table that scrolls by itself where it is wider than the screen. */
const Table = ({ label, heads, children }: { label: string; heads: readonly string[]; children: ReactNode }): ReactNode => {
  const { t } = useText();
  const [whole, setWhole] = useState(false);
  const rows = Array.isArray(children) ? children : [children];
  return (
    <>
      <div className="scroll" role="region" aria-label={label} tabIndex={0}>
        <table className="table stacked">
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{whole ? rows : rows.slice(0, FIRST)}</tbody>
        </table>
      </div>
      {rows.length > FIRST && !whole && (
        <div>
          <Button onPress={() => setWhole(true)}>{t.shell.more}</Button>
        </div>
      )}
    </>
  );
};

/** Rows before the reader asks for the rest. */
const FIRST = 20;

export default Council;
