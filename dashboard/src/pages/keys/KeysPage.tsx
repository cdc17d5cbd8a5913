// One's own keys: what is open, which key the chain has, a new key file, a new key. Secrets stay with the worker and in the file.

import type { ReactNode } from 'react';
import { useAccounts } from '../../accounts/context.js';
import { useChain } from '../../chain/context.js';
import { useText } from '../../i18n/context.js';
import { createKeys, renewKeys, type OpenKeyring } from '../../keys/keyring.js';
import { Page, Section } from '../../ui/page.js';
import { Empty } from '../../ui/state.js';
import { Account, Hash } from '../../ui/values.js';
import { MakeKeys } from './MakeKeys.js';
import { OnChain } from './OnChain.js';

export const KeysPage = (): ReactNode => {
  const { t } = useText();
  const texts = t.keys;
  const { account, accounts, keyring } = useAccounts();
  const genesis = useChain()?.genesis;
  const isDevelopment = accounts.some(({ address, source }) => source === 'development' && address === keyring?.keys.address);
  return (
    <Page title={texts.title} lead={texts.lead}>
      <Section title={texts.open}>
        {keyring ? (
          <Facts keyring={keyring} />
        ) : (
          <Empty title={texts.noneOpen}>
            <p>{texts.noneOpenText}</p>
          </Empty>
        )}
      </Section>
      {keyring && (
        <Section title={texts.onChain}>
          {account ? (
            <OnChain key={`${genesis} ${account.address} ${keyring.keys.publicKeys[0]}`} account={account} keyring={keyring} />
          ) : (
            <p className="note">{t.chain.account.needAccount}</p>
          )}
        </Section>
      )}
      {keyring && (
        <Section title={texts.renew}>
          <p className="soft">{texts.renewText}</p>
          {isDevelopment ? (
            <p className="note">{texts.development}</p>
          ) : (
            <MakeKeys key={keyring.keys.publicKeys[0]} label={texts.renewButton} replaces make={(next, current) => renewKeys(keyring, current, next)} />
          )}
        </Section>
      )}
      <Section title={texts.create}>
        <p className="soft">{texts.createText}</p>
        <MakeKeys label={texts.createButton} make={createKeys} />
      </Section>
    </Page>
  );
};

const Facts = ({ keyring: { keys } }: { keyring: OpenKeyring }): ReactNode => {
  const { t } = useText();
  const texts = t.keys;
  return (
    <dl className="facts card">
      <dt>{texts.account}</dt>
      <dd>
        <Account address={keys.address} />
      </dd>
      <dt>{texts.encryption}</dt>
      <dd>
        <ol role="list">
          {keys.publicKeys.map((key, at) => (
            <li key={key}>
              <Hash value={key} /> {at === 0 && keys.publicKeys.length > 1 && <span className="soft small">{texts.newest}</span>}
            </li>
          ))}
        </ol>
      </dd>
    </dl>
  );
};
