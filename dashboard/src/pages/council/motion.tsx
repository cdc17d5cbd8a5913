import type { ReactNode } from 'react';
import { useClient } from '../../chain/context.js';
import type { SendFailure } from '../../chain/send.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { SendStatus } from '../../ui/sending.js';
import { Account, Tag, type Mood } from '../../ui/values.js';
import { hexToU8a } from 'dedot/utils';
import type { Motion } from './data.js';
import { executed } from './outcome.js';
import { outlookOf, shareOf, votesFor, type Outlook } from './shares.js';
import { What } from './what.js';
import css from './council.module.css';

/** A motion that was closed, and how its call ended, if it ran. */
export interface Closed {
  readonly index: number;
  readonly pallet: string;
  readonly call: string;
  readonly ran: 'well' | SendFailure | undefined;
}

const OUTLOOK_MOOD: Record<Outlook, Mood> = { open: 'accent', carried: 'good', lost: 'bad', over: 'warn' };

/** A motion as it is on the chain, decoded: who voted how, what is missing, and what the reader can do about it. */
export const MotionCard = ({
  motion,
  hospitals,
  block,
  voter,
  onClosed,
}: {
  motion: Motion;
  hospitals: number;
  block: number;
  voter: string | undefined;
  /** It is not among the open ones any more, and its card is gone. */
  onClosed: (closed: Closed) => void;
}): ReactNode => {
  const { t, format } = useText();
  const client = useClient();
  const { progress, busy, send } = useSend();
  const texts = t.council.motions;
  const { hash, index, threshold, yes, no, end, pallet, call, fields } = motion;
  const outlook = outlookOf({ threshold, yes: yes.length, no: no.length, hospitals, end }, block);
  const share = shareOf(pallet, call);
  // A threshold below what the call needs: it would be refused when it runs.
  const tooFew = share !== undefined && threshold < votesFor(share, hospitals);
  const voted = voter === undefined ? undefined : yes.includes(voter) ? true : no.includes(voter) ? false : undefined;

  const vote = (approve: boolean): void => void send((client) => client.tx.council.vote(hash, index, approve));
  const close = (): void => {
    void (async () => {
      const end = await send(async (client) => {
        const proposal = await client.query.council.proposalOf(hash);
        if (!proposal) throw new Error('the motion is not open any more');
        // What it may weigh when it runs, and how long it is: the chain checks both.
        const length = hexToU8a(client.toTx(proposal).callHex).length;
        const { weight } = await client.call.transactionPaymentCallApi.queryCallInfo(proposal, length);
        return client.tx.council.close(hash, index, weight, length);
      });
      if (end.step === 'final' && client) onClosed({ index, pallet, call, ran: executed(client, end.block) });
    })();
  };

  return (
    <article className="card stack">
      <header className="row between">
        <h3>
          {texts.motion(format.number(index))}
          {t.shell.colon}
          <span className="mono">{`${pallet}.${call}`}</span>
        </h3>
        <Tag mood={OUTLOOK_MOOD[outlook]}>{texts.outlook[outlook]}</Tag>
      </header>
      <What pallet={pallet} fields={fields} />
      <div className={css.tally}>
        <meter
          className={css.meter}
          min={0}
          max={Math.max(hospitals, 1)}
          value={yes.length}
          aria-label={texts.tally(format.number(yes.length), format.number(threshold), format.number(hospitals))}
        />
        <p>{texts.tally(format.number(yes.length), format.number(threshold), format.number(hospitals))}</p>
      </div>
      <dl className="facts">
        <dt>{texts.yes}</dt>
        <dd>
          <Voters accounts={yes} />
        </dd>
        <dt>{texts.no}</dt>
        <dd>
          <Voters accounts={no} />
        </dd>
        <dt>{texts.end}</dt>
        <dd>{texts.endBlock(format.number(end))}</dd>
      </dl>
      {tooFew && <p className="note warn">{texts.tooFew(format.number(votesFor(share, hospitals)))}</p>}
      {voter !== undefined && (
        <div className="row">
          <Button look="primary" isDisabled={busy || voted === true || outlook === 'over'} onPress={() => vote(true)}>
            {voted === true ? texts.votedYes : texts.voteYes}
          </Button>
          <Button look="danger" isDisabled={busy || voted === false || outlook === 'over'} onPress={() => vote(false)}>
            {voted === false ? texts.votedNo : texts.voteNo}
          </Button>
          {outlook !== 'open' && (
            <Button isDisabled={busy} onPress={close}>
              {outlook === 'carried' ? texts.closeAndRun : texts.close}
            </Button>
          )}
        </div>
      )}
      <SendStatus progress={progress} />
    </article>
  );
};

const Voters = ({ accounts }: { accounts: readonly string[] }): ReactNode => {
  const { t } = useText();
  if (accounts.length === 0) return t.council.motions.nobody;
  return (
    <span className="row">
      {accounts.map((address) => (
        <Account key={address} address={address} />
      ))}
    </span>
  );
};
