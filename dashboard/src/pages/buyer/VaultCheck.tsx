// Whether a vault has what is on sale: asked before it is paid.

import { MedshareError } from 'medshare-js';
import { useState, type ReactNode } from 'react';
import { useAccounts } from '../../accounts/context.js';
import { useChain, useVaults } from '../../chain/context.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { Problem } from '../../ui/state.js';
import { Bytes } from '../../ui/values.js';
import { presenceOf, type Offer, type Presence } from './data.js';

/** Asks the vaults, signed by who acts. `onPresence` is told what they say. */
export const VaultCheck = ({ offer: { record, listing, version }, onPresence }: { offer: Offer; onPresence: (presence: Presence | undefined) => void }): ReactNode => {
  const { t } = useText();
  const { account } = useAccounts();
  const chain = useChain();
  const addresses = useVaults();
  const [state, setState] = useState<{ busy: boolean; presence?: Presence; error?: unknown }>({ busy: false });
  const check = async (): Promise<void> => {
    if (!account || !chain) return;
    setState({ busy: true });
    try {
      const presence = await presenceOf(addresses, chain.genesis, account.requests, record, listing.version, version);
      setState({ busy: false, presence });
      onPresence(presence);
    } catch (error) {
      setState({ busy: false, error });
      onPresence(undefined);
    }
  };
  return (
    <>
      <p className="soft">{t.buyer.vaultLead}</p>
      <div>
        <Button isDisabled={state.busy} onPress={() => void check()}>
          {t.buyer.vaultCheck}
        </Button>
      </div>
      <div aria-live="polite">
        {state.busy && <p className="note">{t.buyer.vaultChecking}</p>}
        {state.presence === 'there' && (
          <p className="note good">
            {t.buyer.vaultOk} <Bytes size={version.content.size} />
          </p>
        )}
        {state.presence === 'other-size' && <p className="note bad">{t.buyer.vaultOther}</p>}
        {state.presence === 'no-vault' && (
          <p className="note bad">{t.buyer.vaultUnknown(version.content.locators.map(({ vault }) => vault).join(', '))}</p>
        )}
        {state.error !== undefined &&
          (account?.transactions.kind === 'wallet' && !(state.error instanceof MedshareError) ? (
            <div className="note bad" role="alert">
              <p>{t.chain.send.wallet}</p>
              <p className="mono small">{state.error instanceof Error ? state.error.message : String(state.error)}</p>
            </div>
          ) : (
            <Problem error={state.error} />
          ))}
      </div>
    </>
  );
};
