// Who asks for access, and who has it.

import { useState, type ReactNode } from 'react';
import { useChain, useChainQuery, useClient, useIndexPages } from '../../chain/context.js';
import { problemOf } from '../../chain/errors.js';
import { NodeClient, type AccessRequest } from '../../chain/node-client.js';
import { chainTime, useChainTime } from '../../chain/time.js';
import { useUnanswered } from '../../chain/unanswered.js';
import { useSend, type Sending } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { ButtonAbout, TextField } from '../../ui/controls.js';
import { useKeptQuery } from '../../ui/kept.js';
import { ShowMore } from '../../ui/more.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded, Problem, QueryProblem, Skeleton } from '../../ui/state.js';
import { Account, RecordLink, Tag, Time, useAccountName } from '../../ui/values.js';
import { PurposeText } from '../buyer/consent.js';
import { unmet } from './consent.js';
import { daysOf } from './days.js';
import { EndGrant, useHeldOrders } from './end-grant.js';
import { basisOf, endOf, grantState, storedGrants, type Given } from './grants.js';
import { useMe } from './provider.js';
import { useDeliver } from './use-deliver.js';

/** How many requests are shown at first, and more each time: the oldest first, as they were made. */
const STEP = 50;

type Asked = AccessRequest & { readonly request: number };

const Access = (): ReactNode => {
  const me = useMe();
  const genesis = useChain()?.genesis;
  // Nothing of one account, or of one chain, stays under another.
  return <AccessOf key={`${genesis} ${me}`} me={me} />;
};

const AccessOf = ({ me }: { me: string }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.access;
  const sending = useSend();
  const [most, setMost] = useState(STEP);
  const requests = useChainQuery(['provider', 'requests', me, most], async (client) => {
    const node = new NodeClient(client);
    const open = await node.requestsOf(me);
    const first = open.slice(0, most).map(async (request) => ({ ...request, unmet: unmet(await node.policy(request.record), request.purpose) }));
    return { open: await Promise.all(first), total: open.length };
  });
  // What was shown stays while more of it is read.
  const shown = useKeptQuery(requests);
  return (
    <>
      {sending.progress && <SendStatus progress={sending.progress} />}
      <Section title={texts.requests}>
        <Loaded query={shown} lines={3}>
          {({ open, total }) => (
            <>
              <Requests open={open} sending={sending} />
              <ShowMore
                shown={open.length}
                total={total}
                more={open.length < total}
                isReading={requests.data === undefined}
                onMore={() => setMost(most + STEP)}
              />
            </>
          )}
        </Loaded>
      </Section>
      <Section title={texts.grants}>
        <Grants me={me} sending={sending} />
      </Section>
    </>
  );
};

const Requests = ({ open, sending }: { open: readonly (Asked & { readonly unmet: readonly string[] })[]; sending: Sending }): ReactNode => {
  const { t } = useText();
  if (open.length === 0) return <Empty title={t.provider.access.noRequests} />;
  return (
    <ul role="list" className="stack">
      {open.map((request) => (
        <Request key={request.request} request={request} isPermitted={request.unmet.length === 0} sending={sending} />
      ))}
    </ul>
  );
};

const Request = ({ request, isPermitted, sending }: {
  request: Asked;
  isPermitted: boolean;
  sending: Sending;
}): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.access;
  const nameOf = useAccountName();
  const client = useClient();
  const deliver = useDeliver();
  const [days, setDays] = useState('');
  const [error, setError] = useState<unknown>();
  const span = daysOf(days);
  const about = `${t.domain.recordVersion(format.number(request.record), format.number(request.version))}${t.shell.comma}${nameOf(request.requester)}`;
  const grant = async (): Promise<void> => {
    if (!deliver || !client || span === null) return;
    setError(undefined);
    try {
      const expires = span === undefined ? undefined : (await chainTime(client)) + span;
      await sending.send(await deliver.answer(new NodeClient(client), request, expires));
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <li className="card stack">
      <div className="row">
        <Account address={request.requester} /> {texts.asks} <RecordLink record={request.record} />
        <span className="soft">
          <Time ms={request.at} relative />
        </span>
      </div>
      <dl className="facts">
        <dt>{texts.purpose}</dt>
        <dd>
          <PurposeText purpose={request.purpose} />
        </dd>
      </dl>
      {!isPermitted && <p className="note warn">{texts.notPermitted}</p>}
      {!deliver && <p className="note warn">{t.chain.account.needKeys}</p>}
      {isPermitted && (
        <TextField
          label={texts.days}
          hint={texts.daysHint}
          value={days}
          onChange={setDays}
          inputMode="numeric"
          wrong={span === null ? t.provider.record.durationWrong : undefined}
        />
      )}
      {error !== undefined && <Problem error={error} />}
      <div className="row">
        {isPermitted && (
          <ButtonAbout
            text={texts.grant}
            about={about}
            look="primary"
            isDisabled={!deliver || sending.busy || span === null}
            onPress={() => void grant()}
          />
        )}
        <ButtonAbout
          text={texts.deny}
          about={about}
          isDisabled={sending.busy}
          onPress={() => void sending.send((client) => client.tx.access.deny(BigInt(request.request)))}
        />
      </div>
    </li>
  );
};

const Grants = ({ me, sending }: { me: string; sending: Sending }): ReactNode => {
  const pages = useIndexPages(['grants', me], (index, paging) => index.grants({ owner: me, limit: 50, count: false, ...paging }));
  const unanswered = useUnanswered(pages);
  const hasNoIndex = unanswered !== undefined && problemOf(unanswered).kind === 'no-index';
  const stored = useChainQuery(['provider', 'grants', me], hasNoIndex ? (client) => storedGrants(client, me) : undefined);
  if (hasNoIndex) return <Loaded query={stored}>{(grants) => <GrantTable me={me} grants={grants} sending={sending} />}</Loaded>;
  if (unanswered !== undefined) return <Problem error={unanswered} onRetry={() => void pages.refetch()} />;
  if (!pages.data) return <Skeleton lines={4} />;
  const grants = pages.data.pages.flatMap(({ items }) => items.filter(({ cleared }) => !cleared));
  return (
    <>
      <QueryProblem query={pages} />
      {(grants.length > 0 || !pages.hasNextPage) && <GrantTable me={me} grants={grants} sending={sending} />}
      <ShowMore shown={grants.length} total={null} more={pages.hasNextPage} isReading={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()} />
    </>
  );
};

const GrantTable = ({ me, grants, sending }: { me: string; grants: readonly Given[]; sending: Sending }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.access;
  const now = useChainTime();
  const held = useHeldOrders(me);
  if (now === undefined) return <Skeleton />;
  if (grants.length === 0) return <Empty title={texts.noGrants} />;
  return (
    <Loaded query={held}>
      {(open) => (
        <>
          <p className="soft">{texts.revokeText}</p>
          <div className="scroll" tabIndex={0} role="region" aria-label={texts.grants}>
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{texts.grantee}</th>
                  <th scope="col">{texts.record}</th>
                  <th scope="col">{texts.purpose}</th>
                  <th scope="col">{texts.until}</th>
                  <th scope="col">
                    <span className="hidden">{texts.revoke}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {grants.map((grant) => (
                  <GrantRow key={`${grant.record} ${grant.version} ${grant.grantee}`} grant={grant} now={now} open={open} sending={sending} />
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Loaded>
  );
};

/** `open` has the numbers of the orders of which money is on hold. */
const GrantRow = ({ grant, now, open, sending }: { grant: Given; now: number; open: ReadonlySet<number>; sending: Sending }): ReactNode => {
  const { t, format } = useText();
  const nameOf = useAccountName();
  const texts = t.provider.access;
  const { record, version, grantee, basis, purpose, expires } = grant;
  const state = grantState(grant, now);
  const end = endOf(grant, now, open);
  const about = `${t.domain.recordVersion(format.number(record), format.number(version))}${t.shell.comma}${nameOf(grantee)}`;
  return (
    <tr>
      <td>
        <Account address={grantee} /> <span className="soft small nowrap">{texts.basis[basisOf(basis)]}</span>
      </td>
      <td>
        <RecordLink record={record} />
      </td>
      <td>
        <PurposeText purpose={purpose} />
      </td>
      <td>
        <Tag mood={state === 'active' ? 'good' : 'plain'}>{texts.state[state]}</Tag>{' '}
        {state === 'active' && (expires === null ? (end === 'revoke' ? texts.forever : texts.unset) : <Time ms={expires} />)}
      </td>
      <td>
        <EndGrant grant={grant} end={end} about={about} texts={texts} look="danger" sending={sending} />
      </td>
    </tr>
  );
};

export default Access;
