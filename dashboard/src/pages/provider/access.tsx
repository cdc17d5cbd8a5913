// Who asks for access, and who has it.

import { useState, type ReactNode } from 'react';
import { useChainQuery, useClient, useIndexPages } from '../../chain/context.js';
import { problemOf } from '../../chain/errors.js';
import { NodeClient, type AccessRequest } from '../../chain/node-client.js';
import { chainTime, useChainTime } from '../../chain/time.js';
import { useSend, type Sending } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button, TextField } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Empty, Loaded, Problem, Skeleton } from '../../ui/state.js';
import { Account, RecordLink, Tag, Time } from '../../ui/values.js';
import { PurposeText } from '../buyer/consent.js';
import { unmet } from './consent.js';
import { daysOf } from './days.js';
import { basisOf, grantState, storedGrants, type Given } from './grants.js';
import { useMe } from './provider.js';
import { useDeliver } from './use-deliver.js';

const Access = (): ReactNode => {
  const { t } = useText();
  const me = useMe();
  const texts = t.provider.access;
  const sending = useSend();
  const requests = useChainQuery(['provider', 'requests', me], async (client) => {
    const node = new NodeClient(client);
    const open = await node.requestsOf(me);
    return Promise.all(open.map(async (request) => ({ ...request, unmet: unmet(await node.policy(request.record), request.purpose) })));
  });
  return (
    <>
      {sending.progress && <SendStatus progress={sending.progress} />}
      <Section title={texts.requests}>
        <Loaded query={requests} lines={3}>
          {(open) =>
            open.length === 0 ? (
              <Empty title={texts.noRequests} />
            ) : (
              <ul role="list" className="stack">
                {open.map((request) => (
                  <Request key={request.request} request={request} isPermitted={request.unmet.length === 0} sending={sending} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
      <Section title={texts.grants}>
        <Grants me={me} sending={sending} />
      </Section>
    </>
  );
};

const Request = ({ request, isPermitted, sending }: {
  request: AccessRequest & { readonly request: number };
  isPermitted: boolean;
  sending: Sending;
}): ReactNode => {
  const { t } = useText();
  const texts = t.provider.access;
  const client = useClient();
  const deliver = useDeliver();
  const [days, setDays] = useState('');
  const [error, setError] = useState<unknown>();
  const span = daysOf(days);
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
          <Button look="primary" isDisabled={!deliver || sending.busy || span === null} onPress={() => void grant()}>
            {texts.grant}
          </Button>
        )}
        <Button isDisabled={sending.busy} onPress={() => void sending.send((client) => client.tx.access.deny(BigInt(request.request)))}>
          {texts.deny}
        </Button>
      </div>
    </li>
  );
};

const Grants = ({ me, sending }: { me: string; sending: Sending }): ReactNode => {
  const { t } = useText();
  const pages = useIndexPages(['grants', me], (index, paging) => index.grants({ owner: me, limit: 50, count: false, ...paging }));
  const hasNoIndex = pages.isError && problemOf(pages.error).kind === 'no-index';
  const stored = useChainQuery(['provider', 'grants', me], hasNoIndex ? (client) => storedGrants(client, me) : undefined);
  if (hasNoIndex) return <Loaded query={stored}>{(grants) => <GrantTable grants={grants} sending={sending} />}</Loaded>;
  if (pages.isPending) return <Skeleton lines={4} />;
  if (pages.isError && !pages.data) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />;
  const grants = pages.data?.pages.flatMap(({ items }) => items.filter(({ cleared }) => !cleared)) ?? [];
  return (
    <>
      {(grants.length > 0 || !pages.hasNextPage) && (
        <GrantTable grants={grants.map((grant) => ({ ...grant, basis: basisOf(grant.basis) }))} sending={sending} />
      )}
      {pages.hasNextPage && (
        <div>
          <Button onPress={() => void pages.fetchNextPage()} isDisabled={pages.isFetchingNextPage}>
            {t.shell.more}
          </Button>
        </div>
      )}
    </>
  );
};

const GrantTable = ({ grants, sending }: { grants: readonly Given[]; sending: Sending }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.access;
  const now = useChainTime();
  if (now === undefined) return <Skeleton />;
  if (grants.length === 0) return <Empty title={texts.noGrants} />;
  return (
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
            {grants.map((grant) => {
              const state = grantState(grant, now);
              const { record, version, grantee, basis, purpose, expires } = grant;
              return (
                <tr key={`${record} ${version} ${grantee}`}>
                  <td>
                    <Account address={grantee} /> <span className="soft small nowrap">{texts.basis[basis]}</span>
                  </td>
                  <td>
                    <RecordLink record={record} />
                  </td>
                  <td>
                    <PurposeText purpose={purpose} />
                  </td>
                  <td>
                    <Tag mood={state === 'active' ? 'good' : 'plain'}>{texts.state[state]}</Tag>{' '}
                    {state === 'active' && (expires === null ? texts.forever : <Time ms={expires} />)}
                  </td>
                  <td>
                    <Button
                      compact
                      look={state === 'active' ? 'danger' : 'plain'}
                      isDisabled={sending.busy}
                      onPress={() =>
                        void sending.send((client) =>
                          state === 'active'
                            ? client.tx.access.revoke(BigInt(record), version, grantee)
                            : client.tx.access.clear(BigInt(record), version, grantee),
                        )
                      }
                    >
                      {state === 'active' ? texts.revoke : texts.clear}
                    </Button>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
};

export default Access;
