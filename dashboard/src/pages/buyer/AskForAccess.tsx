// Asking the owner of a record for access without a price.

import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { purposeArgument } from '../../chain/arguments.js';
import { useChain, useChainQuery } from '../../chain/context.js';
import type { Policy, Purpose } from '../../chain/shapes.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Loaded } from '../../ui/state.js';
import { isSameAccount } from '../../vault/vaults.js';
import { unmet } from '../provider/consent.js';
import { isComplete } from './consent.js';
import { REQUEST_DEPOSIT } from './quote.js';
import { askingOf } from './requests.js';

interface Wanted {
  readonly record: number;
  readonly version: number;
  readonly owner: string;
  readonly policy: Policy;
  readonly purpose: Purpose;
  /** Whether it can be bought as well. */
  readonly isListed?: boolean;
}

/** Asks for a version, for a purpose. */
export const AskForAccess = ({ record, version, owner, policy, purpose, isListed = false }: Wanted): ReactNode => {
  const { t, format } = useText();
  const { account } = useAccounts();
  const money = useChain() ?? { symbol: 'MDS', decimals: 12 };
  const sending = useSend();
  const who = account?.address;
  const isMine = who !== undefined && isSameAccount(who, owner);
  const query = useChainQuery(['asking', who, record, version], who === undefined || isMine ? undefined : (client) => askingOf(client, who, owner, record, version));
  const isPermitted = isComplete(purpose) && unmet(policy, purpose).length === 0;
  // Whoever orders is told so there.
  if (isListed && (who === undefined || isMine)) return null;
  const deposit = format.amount(REQUEST_DEPOSIT, money);
  return (
    <Section title={t.buyer.ask}>
      <p className="soft">{isListed ? t.buyer.askListedLead(deposit) : t.buyer.askLead(deposit)}</p>
      {who === undefined && <p className="note">{t.chain.account.needAccount}</p>}
      {isMine && <p className="note">{t.buyer.ownUnlisted}</p>}
      {who !== undefined && !isMine && (
        <Loaded query={query} lines={2}>
          {({ free, granted, request }) => (
            <>
              {granted && (
                <p className="note good">
                  <Link to="/market/access">{t.buyer.alreadyGranted}</Link>
                </p>
              )}
              {request !== undefined && (
                <p className="note">
                  <Link to="/market/access">{t.buyer.alreadyAsked(format.number(request))}</Link>
                </p>
              )}
              {free < REQUEST_DEPOSIT && <p className="note bad">{t.buyer.quoteShort(format.amount(REQUEST_DEPOSIT - free, money))}</p>}
              <div>
                <Button
                  look={isListed ? 'plain' : 'primary'}
                  isDisabled={sending.busy || !isPermitted || granted || request !== undefined || free < REQUEST_DEPOSIT}
                  onPress={() => void sending.send((client) => client.tx.access.request(BigInt(record), version, purposeArgument(purpose)))}
                >
                  {t.buyer.askButton}
                </Button>
              </div>
            </>
          )}
        </Loaded>
      )}
      <SendStatus progress={sending.progress} />
    </Section>
  );
};
