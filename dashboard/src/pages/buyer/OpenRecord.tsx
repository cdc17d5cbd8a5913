// What was bought: fetched from a vault, decrypted where the keys are, and shown. It stays in this page.

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useAccounts } from '../../accounts/context.js';
import { sealedOf } from '../../chain/arguments.js';
import { useChain, useChainQuery, useHeads, useVaults } from '../../chain/context.js';
import { NodeClient } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { short } from '../../i18n/format.js';
import { Button } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { Problem } from '../../ui/state.js';
import { fetchCiphertext } from '../../vault/vaults.js';
import { FileViewer } from '../../viewers/FileViewer.js';
import { grant, type ShownOrder } from './data.js';
import { useKept } from './kept.js';

type State =
  | { readonly step: 'closed' }
  | { readonly step: 'fetching'; readonly bytes: number }
  | { readonly step: 'decrypting' }
  | { readonly step: 'open'; readonly file: Blob }
  | { readonly step: 'failed'; readonly error: unknown };

const SUFFIXES: Readonly<Record<string, string>> = { Fhir: 'json', Dicom: 'dcm', Document: 'bin' };

export const OpenRecord = ({ order }: { order: ShownOrder }): ReactNode => {
  const { t, format } = useText();
  const { account, keyring } = useAccounts();
  const chain = useChain();
  const addresses = useVaults();
  const { final } = useHeads();
  const { record, version, buyer } = order;
  // Vaults go by final blocks: what they do not know yet they would refuse.
  const query = useChainQuery(['bought', record, version, buyer, final?.hash], final && (async (client) => {
    const [held, content] = await Promise.all([grant(client, record, version, buyer, final.hash), new NodeClient(client).version(record, version)]);
    return held && { held, content };
  }));
  const [state, setState] = useState<State>({ step: 'closed' });
  const ending = useRef<AbortController>(undefined);
  useEffect(() => () => ending.current?.abort(), []);

  const found = useKept(query.data ?? undefined);
  const hasKey = found && keyring?.keys.publicKeys.includes(found.held.grantee_key);
  const open = async (): Promise<void> => {
    if (!found || !account || !keyring || !chain) return;
    ending.current = new AbortController();
    setState({ step: 'fetching', bytes: 0 });
    try {
      const { content } = found.content;
      const envelope = await fetchCiphertext(
        { record, version, content },
        {
          addresses,
          genesis: chain.genesis,
          signer: account.requests,
          progress: (bytes) => setState({ step: 'fetching', bytes }),
          signal: ending.current.signal,
        },
      );
      setState({ step: 'decrypting' });
      const key = { sealed: sealedOf(found.held.sealed), granteeKey: found.held.grantee_key };
      setState({ step: 'open', file: await keyring.decrypt(envelope, key, content) });
    } catch (error) {
      if (!ending.current.signal.aborted) setState({ step: 'failed', error });
    }
  };
  const descriptor = found?.content.content.descriptor;
  const isBusy = state.step === 'fetching' || state.step === 'decrypting';
  return (
    <Section title={t.buyer.open}>
      <p className="soft">{t.buyer.openLead}</p>
      {!keyring && <p className="note">{t.chain.account.needKeys}</p>}
      {found && keyring && !hasKey && <p className="note bad">{t.buyer.openOtherKey(short(found.held.grantee_key))}</p>}
      {!found && <p className="note">{t.buyer.openVaultLater}</p>}
      {query.isError && <Problem error={query.error} onRetry={() => void query.refetch()} />}
      <div className="row">
        {state.step === 'open' ? (
          <Button onPress={() => setState({ step: 'closed' })}>{t.buyer.openClose}</Button>
        ) : (
          <Button look="primary" isDisabled={isBusy || !hasKey} onPress={() => void open()}>
            {state.step === 'failed' ? t.buyer.openAgain : t.buyer.open}
          </Button>
        )}
      </div>
      <div aria-live="polite">
        {state.step === 'fetching' && (
          <p className="note">
            {t.buyer.openFetching}
            {t.shell.colon}
            {format.bytes(state.bytes)} / {format.bytes(found?.content.content.size ?? 0)}
          </p>
        )}
        {state.step === 'decrypting' && <p className="note">{t.buyer.openDecrypting}…</p>}
        {state.step === 'open' && <p className="note good">{t.buyer.openDone(format.bytes(state.file.size))}</p>}
        {state.step === 'failed' && <Problem error={state.error} />}
      </div>
      {state.step === 'open' && descriptor && (
        <FileViewer file={state.file} name={`record-${record}.${SUFFIXES[descriptor.kind] ?? 'bin'}`} mediaType={descriptor.media_type} />
      )}
    </Section>
  );
};
