// The encryption key that the chain has for the account that acts: whether it is that of the open file, and how it becomes that.

import { useState, type ReactNode } from 'react';
import type { Account } from '../../accounts/context.js';
import { useChain, useChainQuery } from '../../chain/context.js';
import type { Hex } from '../../chain/shapes.js';
import { NodeClient } from '../../chain/node-client.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import type { OpenKeyring } from '../../keys/keyring.js';
import { Button, Checkbox, Dialog } from '../../ui/controls.js';
import { saveText } from '../../ui/save.js';
import { SendStatus } from '../../ui/sending.js';
import { Loaded, Problem } from '../../ui/state.js';
import { Hash } from '../../ui/values.js';
import { isSameAccount } from '../../vault/vaults.js';
import { applicationText, standingOf, type Standing } from './standing.js';

interface Whose {
  readonly account: Account;
  readonly keyring: OpenKeyring;
}

export const OnChain = ({ account, keyring }: Whose): ReactNode => {
  const { t } = useText();
  const [newest] = keyring.keys.publicKeys;
  const query = useChainQuery(['keys', account.address, newest], newest === undefined ? undefined : async (client) => {
    const [member, owner] = await Promise.all([new NodeClient(client).member(account.address), client.query.members.keyOwners(newest)]);
    return { registered: member?.key, owner: owner?.address() };
  });
  return (
    <Loaded query={query} lines={3}>
      {(found) =>
        found.registered === undefined ? (
          <Apply account={account} keyring={keyring} isTaken={found.owner !== undefined && !isSameAccount(found.owner, account.address)} />
        ) : (
          <div className="card stack">
            <dl className="facts">
              <dt>{t.keys.registered}</dt>
              <dd>
                <Hash value={found.registered} />
              </dd>
            </dl>
            <Publish account={account} keyring={keyring} standing={standingOf(found.registered, keyring.keys.publicKeys, found.owner !== undefined)} />
          </div>
        )
      }
    </Loaded>
  );
};

/** For whom the chain does not know: what a hospital needs to admit it. `isTaken`: the newest key is or was another account's. */
const Apply = ({ account, keyring, isTaken }: Whose & { isTaken: boolean }): ReactNode => {
  const { t } = useText();
  const texts = t.keys;
  const genesis = useChain()?.genesis;
  const [made, setMade] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [newest] = keyring.keys.publicKeys;
  const make = async (): Promise<void> => {
    if (genesis === undefined || newest === undefined) return;
    setError(undefined);
    try {
      setMade(applicationText(account.address, newest, await keyring.possession(genesis, account.address), genesis));
    } catch (failed) {
      setError(failed);
    }
  };
  if (isTaken) return <p className="note warn">{texts.taken}</p>;
  return (
    <div className="card stack">
      <p>{texts.notMember}</p>
      <div className="row">
        <Button look="primary" isDisabled={genesis === undefined} onPress={() => void make()}>
          {texts.apply}
        </Button>
        {made !== undefined && <Button onPress={() => saveText(made, 'application.json', 'application/json')}>{texts.saveApplication}</Button>}
      </div>
      <div aria-live="polite">{made !== undefined && <p className="note good">{texts.applied}</p>}</div>
      {made !== undefined && (
        <pre className="scroll small" tabIndex={0} role="region" aria-label={texts.application}>
          {made}
        </pre>
      )}
      {error !== undefined && <Problem error={error} />}
    </div>
  );
};

/** For members: the newest key of the file in the place of the registered one, after a warning that fits. */
const Publish = ({ account, keyring, standing }: Whose & { standing: Standing }): ReactNode => {
  const { t } = useText();
  const texts = t.keys;
  const genesis = useChain()?.genesis;
  const sending = useSend();
  const [isAsked, setAsked] = useState(false);
  const [isKept, setKept] = useState(false);
  const [error, setError] = useState<unknown>();
  const [newest] = keyring.keys.publicKeys;
  const publish = async (key: Hex): Promise<void> => {
    if (genesis === undefined) return;
    setAsked(false);
    setError(undefined);
    try {
      const proof = await keyring.possession(genesis, account.address);
      await sending.send((client) => client.tx.members.rotateKey(key, proof));
    } catch (failed) {
      setError(failed);
    }
  };
  const isOther = standing === 'other';
  const canPublish = isOther || standing === 'older';
  const begin = (): void => {
    // What was confirmed before may have been about another key.
    setKept(false);
    setAsked(true);
  };
  return (
    <>
      <p className={`note ${standing === 'current' ? 'good' : isOther ? 'bad' : 'warn'}`}>{texts.standing[standing]}</p>
      {canPublish && (
        <div>
          <Button look={isOther ? 'danger' : 'primary'} isDisabled={sending.busy} onPress={begin}>
            {texts.publish}
          </Button>
        </div>
      )}
      {sending.progress && <SendStatus progress={sending.progress} />}
      {error !== undefined && <Problem error={error} />}
      <Dialog title={texts.publishSure} isOpen={isAsked && canPublish} onClose={() => setAsked(false)}>
        <p>{isOther ? texts.publishOther : texts.publishOlder}</p>
        {isOther && (
          <Checkbox isSelected={isKept} onChange={setKept}>
            {texts.kept}
          </Checkbox>
        )}
        <div className="row">
          <Button
            look={isOther ? 'danger' : 'primary'}
            isDisabled={newest === undefined || (isOther && !isKept)}
            onPress={() => newest !== undefined && void publish(newest)}
          >
            {texts.publish}
          </Button>
          <Button onPress={() => setAsked(false)}>{t.shell.cancel}</Button>
        </div>
      </Dialog>
    </>
  );
};
