// Whom one acts as, and whose keys are open.

import { useState, type ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { Form } from 'react-aria-components/Form';
import { Link } from 'react-router';
import { DEVELOPMENT_ACCOUNTS } from 'medshare-js';
import { useAccounts } from '../accounts/context.js';
import { wallets } from '../accounts/wallets.js';
import { useChain } from '../chain/context.js';
import { useText } from '../i18n/context.js';
import { short } from '../i18n/format.js';
import { Button, Sheet, TextField } from '../ui/controls.js';
import { Problem } from '../ui/state.js';
import { Tag } from '../ui/values.js';

export const AccountButton = (): ReactNode => {
  const { t } = useText();
  const { account, keyring } = useAccounts();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button compact onPress={() => setOpen(true)}>
        {account ? account.name || short(account.address, 4) : t.chain.account.none}
        {keyring && (
          <svg width="14" height="14" viewBox="0 0 16 16" role="img" aria-label={t.chain.account.keysOpen}>
            <path
              d="M10.5 1.5a4 4 0 0 0-3.8 5.2L1.5 12v2.5H4V13h1.5v-1.5H7l1.3-1.7a4 4 0 1 0 2.2-8.3Zm1 2.2a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6Z"
              fill="currentColor"
            />
          </svg>
        )}
      </Button>
      <Sheet title={t.chain.account.title} isOpen={open} onClose={() => setOpen(false)}>
        <AccountPanel onLeave={() => setOpen(false)} />
      </Sheet>
    </>
  );
};

/** `onLeave` is called when it leads to another page. */
const AccountPanel = ({ onLeave }: { onLeave: () => void }): ReactNode => {
  const { t } = useText();
  const chain = useChain();
  const { account, accounts, choose } = useAccounts();
  const texts = t.chain.account;
  const sourceOf = (source: string): string =>
    Object.hasOwn(texts.source, source) ? texts.source[source as keyof typeof texts.source] : source;
  return (
    <>
      {accounts.length > 0 && (
        <ul role="list" className="stack tight">
          {accounts.map((one) => (
            <li key={`${one.source} ${one.address}`} className="row between">
              <span>
                <strong>{one.name || short(one.address)}</strong>
                <br />
                <span className="small soft">
                  <span className="mono">{short(one.address)}</span> · {sourceOf(one.source)}
                </span>
              </span>
              {account?.address === one.address ? (
                <Tag mood="accent">{texts.acting}</Tag>
              ) : (
                <Button compact onPress={() => choose(one.address)}>
                  {texts.use}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {account && (
        <div>
          <Button compact look="quiet" onPress={() => choose(undefined)}>
            {texts.leave}
          </Button>
        </div>
      )}
      <WalletPart />
      <KeyFilePart onLeave={onLeave} />
      {chain?.development && <DevelopmentPart />}
    </>
  );
};

const WalletPart = (): ReactNode => {
  const { t } = useText();
  const { connectWallet } = useAccounts();
  const [refused, setRefused] = useState<string>();
  const texts = t.chain.account;
  const found = wallets();
  return (
    <section className="stack tight">
      <h3>{texts.wallets}</h3>
      {found.length === 0 && <p className="soft">{texts.noWallets}</p>}
      <div className="row">
        {found.map(({ id, name }) => (
          <Button
            key={id}
            onPress={() => {
              setRefused(undefined);
              connectWallet(id).catch((error: unknown) =>
                setRefused(texts.refused(name, error instanceof Error ? error.message : String(error))),
              );
            }}
          >
            {texts.connect(name)}
          </Button>
        ))}
      </div>
      {refused !== undefined && (
        <p className="note bad" role="alert">
          {refused}
        </p>
      )}
    </section>
  );
};

const KeyFilePart = ({ onLeave }: { onLeave: () => void }): ReactNode => {
  const { t } = useText();
  const { keyring, openKeys, lock } = useAccounts();
  const [file, setFile] = useState<File>();
  const [passphrase, setPassphrase] = useState('');
  const [opening, setOpening] = useState(false);
  const [error, setError] = useState<unknown>();
  const texts = t.chain.account;
  const open = async (): Promise<void> => {
    if (!file) return;
    setOpening(true);
    setError(undefined);
    try {
      await openKeys(await file.text(), passphrase);
      setFile(undefined);
    } catch (failed) {
      setError(failed);
    } finally {
      setPassphrase('');
      setOpening(false);
    }
  };
  return (
    <section className="stack tight">
      <h3>{texts.keyFile}</h3>
      <p className="soft">{texts.keyFileText}</p>
      {keyring && (
        <div className="row between">
          <span>
            <Tag mood="good">{texts.keysOpen}</Tag> <span className="mono small">{short(keyring.keys.address)}</span>
          </span>
          <Button compact onPress={lock}>
            {texts.lock}
          </Button>
        </div>
      )}
      <FileTrigger onSelect={(files) => setFile(files?.[0])}>
        <Button>{file?.name ?? texts.chooseFile}</Button>
      </FileTrigger>
      {file && (
        <Form
          className="stack tight"
          onSubmit={(event) => {
            event.preventDefault();
            void open();
          }}
        >
          <TextField label={texts.passphrase} type="password" value={passphrase} onChange={setPassphrase} autoComplete="off" isRequired />
          <div>
            <Button type="submit" look="primary" isDisabled={opening}>
              {texts.open}
            </Button>
          </div>
        </Form>
      )}
      <div aria-live="polite">{opening && <p className="note">{texts.opening}…</p>}</div>
      {error !== undefined && <Problem error={error} />}
      <p>
        <Link to="/keys" onClick={onLeave}>
          {texts.makeKeys}
        </Link>
      </p>
    </section>
  );
};

const DevelopmentPart = (): ReactNode => {
  const { t } = useText();
  const { actAs } = useAccounts();
  const [error, setError] = useState<unknown>();
  const texts = t.chain.account;
  return (
    <section className="stack tight">
      <h3>{texts.development}</h3>
      <p className="soft">{texts.developmentText}</p>
      <div className="row">
        {DEVELOPMENT_ACCOUNTS.map((name) => (
          <Button
            key={name}
            compact
            onPress={() => {
              setError(undefined);
              actAs(name).catch(setError);
            }}
          >
            {name}
          </Button>
        ))}
      </div>
      {error !== undefined && <Problem error={error} />}
    </section>
  );
};
