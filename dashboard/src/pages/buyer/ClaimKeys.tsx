// After a claim: the panel that decides about it gets the key from the buyer, who has it from the seller.

import { useState, type ReactNode } from 'react';
import { useAccounts } from '../../accounts/context.js';
import { panelPurpose, subjectArgument } from '../../chain/arguments.js';
import { useChain, useChainQuery } from '../../chain/context.js';
import { NodeClient } from '../../chain/node-client.js';
import { useSend } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { SendStatus } from '../../ui/sending.js';
import { Loaded, Problem } from '../../ui/state.js';
import type { ShownOrder } from './data.js';

export const ClaimKeys = ({ order }: { order: ShownOrder }): ReactNode => {
  const { t, format } = useText();
  const { keyring } = useAccounts();
  const chain = useChain();
  const sending = useSend();
  const [isSealing, setSealing] = useState(false);
  const [error, setError] = useState<unknown>();
  const subject = { Claim: { order: order.order } };
  const query = useChainQuery(['claim', order.order], (client) => new NodeClient(client).review(subject));
  return (
    <Section title={t.buyer.claimKeys}>
      <Loaded query={query} lines={2}>
        {(review) => {
          const lacking = review?.panel.filter(({ sealed }) => sealed === null) ?? [];
          if (review === null || review.panel.length === 0) return <p className="note">{t.buyer.claimPanelWait}</p>;
          if (lacking.length === 0) return <p className="note good">{t.buyer.claimPanelDone}</p>;
          const give = async (): Promise<void> => {
            if (!keyring || !chain) return;
            setSealing(true);
            setError(undefined);
            try {
              const purpose = panelPurpose(subject);
              const keys = await Promise.all(
                lacking.map(async ({ auditor, key }) => {
                  const context = { genesis: chain.genesis, record: review.record, version: review.version, grantee: auditor, purpose };
                  return [auditor, await keyring.sealTo(review.holder_key, review.commitment, key, context)] as [string, Awaited<ReturnType<typeof keyring.sealTo>>];
                }),
              );
              await sending.send((client) => client.tx.audits.deliverKeys(subjectArgument(subject), keys));
            } catch (failed) {
              setError(failed);
            } finally {
              setSealing(false);
            }
          };
          return (
            <>
              <p>{t.buyer.claimKeysHint(format.time(Math.min(...lacking.map(({ due }) => due))))}</p>
              {!keyring && <p className="note">{t.chain.account.needKeys}</p>}
              <div>
                <Button look="primary" isDisabled={!keyring || isSealing || sending.busy} onPress={() => void give()}>
                  {t.buyer.claimKeys}
                </Button>
              </div>
            </>
          );
        }}
      </Loaded>
      <SendStatus progress={sending.progress} />
      {error !== undefined && <Problem error={error} />}
    </Section>
  );
};
