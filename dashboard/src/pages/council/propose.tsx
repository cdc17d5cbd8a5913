import { useState, type ReactNode } from 'react';
import { Form } from 'react-aria-components/Form';
import { Link, useSearchParams } from 'react-router';
import { hexToU8a } from 'dedot/utils';
import { useAccounts } from '../../accounts/context.js';
import type { Client } from '../../chain/connection.js';
import { useChain, useClient } from '../../chain/context.js';
import type { Role } from '../../chain/node-client.js';
import type { SendFailure } from '../../chain/send.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button, Checkbox, Select, TextField } from '../../ui/controls.js';
import { Page } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Skeleton } from '../../ui/state.js';
import { readSought } from '../explorer/find.js';
import { parseApplication } from './application.js';
import { describeCall, useHospitals } from './data.js';
import { executed, proposedMotion } from './outcome.js';
import { RunFailed } from './run-failed.js';
import { PARAMETERS, parameterCall, parseValue, type ParameterName } from './parameters.js';
import { shareOf, votesFor } from './shares.js';
import { What as CallArguments } from './what.js';
import css from './council.module.css';

const WHATS = [
  'admit',
  'roles',
  'suspend',
  'reinstate',
  'expel',
  'admit-validator',
  'decline-validator',
  'remove-validator',
  'reinstate-validator',
  'parameter',
  'call',
] as const;
type What = (typeof WHATS)[number];
const ROLES: readonly Role[] = ['Hospital', 'Auditor', 'Provider', 'Buyer', 'Vault'];

interface Draft {
  readonly who: string;
  readonly application: string;
  readonly identity: string;
  readonly roles: ReadonlySet<Role>;
  readonly parameter: ParameterName;
  readonly value: string;
  readonly data: string;
}

type Call = ReturnType<Client['toTx']>['call'];
type Made = { readonly call: Call; readonly length: number } | { readonly wrong: keyof Draft | 'otherChain' };

const isWhat = (text: string | null): text is What => WHATS.some((what) => what === text);

/** The call that a draft stands for, or which part of it is wrong. */
const make = (client: Client, what: What, draft: Draft, genesis: string, decimals: number): Made => {
  const made = (transaction: { readonly call: unknown; readonly callHex: string }): Made => ({
    call: transaction.call as Call,
    length: hexToU8a(transaction.callHex).length,
  });
  const { members, validators } = client.tx;
  const roles = ROLES.filter((role) => draft.roles.has(role));
  if (what === 'admit') {
    const application = parseApplication(draft.application, genesis);
    if (application === 'other-chain') return { wrong: 'otherChain' };
    if (!application || readSought(application.account)?.kind !== 'account') return { wrong: 'application' };
    if (!/^0x[0-9a-f]{64}$/i.test(draft.identity.trim())) return { wrong: 'identity' };
    if (roles.length === 0) return { wrong: 'roles' };
    const { account, key, proof } = application;
    return made(members.admit(account, roles, draft.identity.trim() as `0x${string}`, key, proof));
  }
  if (what === 'parameter') {
    const parameter = PARAMETERS.find(({ name }) => name === draft.parameter);
    const value = parameter && parseValue(draft.value, parameter.unit, decimals);
    if (!parameter || value === undefined) return { wrong: 'value' };
    return made(parameterCall(client, parameter, value));
  }
  if (what === 'call') {
    try {
      const transaction = client.toTx(draft.data.trim() as `0x${string}`);
      return draft.data.trim().startsWith('0x') ? made(transaction) : { wrong: 'data' };
    } catch {
      return { wrong: 'data' };
    }
  }
  const sought = readSought(draft.who);
  if (sought?.kind !== 'account') return { wrong: 'who' };
  const { address } = sought;
  switch (what) {
    case 'roles':
      return roles.length === 0 ? { wrong: 'roles' } : made(members.setRoles(address, roles));
    case 'suspend':
      return made(members.suspend(address));
    case 'reinstate':
      return made(members.reinstate(address));
    case 'expel':
      return made(members.expel(address));
    case 'admit-validator':
      return made(validators.admit(address));
    case 'decline-validator':
      return made(validators.decline(address));
    case 'remove-validator':
      return made(validators.remove(address));
    case 'reinstate-validator':
      return made(validators.reinstate(address));
  }
};

/** Proposes a motion, with as many votes as its call needs, and votes for it. */
const Propose = (): ReactNode => {
  const { t, format } = useText();
  const [query] = useSearchParams();
  const client = useClient();
  const chain = useChain();
  const { account } = useAccounts();
  const hospitals = useHospitals();
  const { progress, busy, send } = useSend();
  const [outcome, setOutcome] = useState<'proposed' | 'unvoted' | 'well' | SendFailure>();
  const texts = t.council.propose;
  const asked = query.get('what');
  const [what, setWhat] = useState<What>(isWhat(asked) ? asked : 'admit');
  const named = PARAMETERS.find(({ name }) => name === query.get('name'));
  const [draft, setDraft] = useState<Draft>({
    who: query.get('who') ?? '',
    application: '',
    identity: '',
    roles: new Set(),
    parameter: named?.name ?? 'DeliverWithin',
    value: '',
    data: '',
  });
  const [wrong, setWrong] = useState<keyof Draft | 'otherChain'>();
  const change = (part: Partial<Draft>): void => {
    setDraft({ ...draft, ...part });
    setWrong(undefined);
  };
  if (!client || !chain || !hospitals.data) return <Page title={texts.title}>{<Skeleton lines={8} />}</Page>;

  const voters = hospitals.data;
  const made = make(client, what, draft, chain.genesis, chain.decimals);
  const described = 'call' in made ? describeCall(made.call) : undefined;
  const share = described && shareOf(described.pallet, described.call);
  const threshold = share && votesFor(share, voters.length);
  const voter = account !== undefined && voters.includes(account.address);
  const done = outcome !== undefined;

  const propose = (): void => {
    if ('wrong' in made) {
      setWrong(made.wrong);
      return;
    }
    if (threshold === undefined) {
      setWrong('data');
      return;
    }
    void (async () => {
      const end = await send((now) => now.tx.council.propose(threshold, made.call, made.length));
      if (end.step !== 'final') return;
      const motion = proposedMotion(end.block);
      if (motion) {
        const voted = await send((now) => now.tx.council.vote(motion.hash, motion.index, true));
        setOutcome(voted.step === 'final' ? 'proposed' : 'unvoted');
      } else {
        setOutcome(executed(client, end.block) ?? 'well');
      }
    })();
  };
  return (
    <Page title={texts.title} lead={texts.lead}>
      <Form
        className={`stack ${css.form}`}
        onSubmit={(event) => {
          event.preventDefault();
          propose();
        }}
      >
        <Select<What>
          label={texts.what}
          value={what}
          choices={WHATS.map((value) => ({ value, label: texts.whats[value] }))}
          onChange={(chosen) => {
            setWhat(chosen);
            setWrong(undefined);
          }}
        />
        <Inputs what={what} draft={draft} wrong={wrong} change={change} />
        {described && (
          <div className="card stack tight">
            <p className="eyebrow">{texts.call}</p>
            <h2 className="mono">{`${described.pallet}.${described.call}`}</h2>
            <CallArguments pallet={described.pallet} fields={described.fields} />
            <p>
              {share && threshold !== undefined
                ? texts.needs(t.council.share[share], format.number(threshold), format.number(voters.length))
                : texts.notCouncil}
            </p>
          </div>
        )}
        {!voter && <p className="note">{account ? t.council.motions.noVoter : t.chain.account.needAccount}</p>}
        <div className="row">
          <Button type="submit" look="primary" isDisabled={busy || done || !voter || (described !== undefined && threshold === undefined)}>
            {texts.submit}
          </Button>
          <Link to="/council">{texts.back}</Link>
        </div>
        <SendStatus progress={progress} />
        <div aria-live="polite">
          {outcome === 'proposed' && <p className="note good">{texts.proposed}</p>}
          {outcome === 'unvoted' && <p className="note warn">{texts.unvoted}</p>}
          {outcome === 'well' && <p className="note good">{texts.ran}</p>}
          {typeof outcome === 'object' && <RunFailed failure={outcome} />}
        </div>
      </Form>
    </Page>
  );
};

const Inputs = ({
  what,
  draft,
  wrong,
  change,
}: {
  what: What;
  draft: Draft;
  wrong: keyof Draft | 'otherChain' | undefined;
  change: (part: Partial<Draft>) => void;
}): ReactNode => {
  const { t } = useText();
  const texts = t.council.propose;
  if (what === 'parameter') {
    const parameter = PARAMETERS.find(({ name }) => name === draft.parameter);
    return (
      <>
        <Select<ParameterName>
          label={texts.parameter}
          value={draft.parameter}
          choices={PARAMETERS.map(({ name }) => ({ value: name, label: t.council.parameters.names[name] }))}
          onChange={(name) => change({ parameter: name })}
        />
        <TextField
          label={texts.value}
          hint={parameter && texts.unit[parameter.unit]}
          value={draft.value}
          onChange={(value) => change({ value })}
          wrong={wrong === 'value' ? texts.wrong.value : undefined}
        />
      </>
    );
  }
  if (what === 'call') {
    return (
      <TextField
        label={texts.data}
        hint={texts.dataHint}
        lines={4}
        value={draft.data}
        onChange={(data) => change({ data })}
        wrong={wrong === 'data' ? texts.wrong.data : undefined}
      />
    );
  }
  return (
    <>
      {what === 'admit' ? (
        <>
          <TextField
            label={texts.application}
            hint={texts.applicationHint}
            lines={6}
            value={draft.application}
            onChange={(application) => change({ application })}
            wrong={wrong === 'application' ? texts.wrong.application : wrong === 'otherChain' ? texts.wrong.otherChain : undefined}
          />
          <TextField
            label={texts.identity}
            hint={texts.identityHint}
            value={draft.identity}
            onChange={(identity) => change({ identity })}
            wrong={wrong === 'identity' ? texts.wrong.identity : undefined}
          />
        </>
      ) : (
        <TextField
          label={t.domain.account}
          value={draft.who}
          onChange={(who) => change({ who })}
          wrong={wrong === 'who' ? texts.wrong.who : undefined}
        />
      )}
      {(what === 'admit' || what === 'roles') && (
        <fieldset className="field">
          <legend>{t.council.members.roles}</legend>
          {ROLES.map((role) => (
            <Checkbox
              key={role}
              isSelected={draft.roles.has(role)}
              onChange={(chosen) => {
                const roles = new Set(draft.roles);
                if (chosen) roles.add(role);
                else roles.delete(role);
                change({ roles });
              }}
            >
              {t.domain.role[role]}
            </Checkbox>
          ))}
          {wrong === 'roles' && <span className="wrong">{texts.wrong.roles}</span>}
        </fieldset>
      )}
    </>
  );
};

export default Propose;
