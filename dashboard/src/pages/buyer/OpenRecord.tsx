// What somebody was granted: fetched from a vault, decrypted where the keys are, and shown. It stays in this page.

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useAccounts } from '../../accounts/context.js';
import { sealedOf } from '../../chain/arguments.js';
import { useChain, useChainQuery, useHeads, useVaults } from '../../chain/context.js';
import { NodeClient } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { short } from '../../i18n/format.js';
import { ButtonAbout } from '../../ui/controls.js';
import { useKept } from '../../ui/kept.js';
import { Section } from '../../ui/page.js';
import { Problem, QueryProblem } from '../../ui/state.js';
import { fetchCiphertext } from '../../vault/vaults.js';
import { FileViewer } from '../../viewers/FileViewer.js';
import { grant } from './data.js';

type State =
  | { readonly step: 'closed' }
  | { readonly step: 'fetching'; readonly bytes: number }
  | { readonly step: 'decrypting' }
  | { readonly step: 'open'; readonly file: Blob }
  | { readonly step: 'failed'; readonly error: unknown };

const SUFFIXES: Readonly<Record<string, string>> = { Fhir: 'json', Dicom: 'dcm', Document: 'bin' };

/** What is opened: a version that was granted to somebody. */
export interface Granted {
  readonly record: number;
  readonly version: number;
  readonly grantee: string;
}

export const OpenRecord = ({ record, version, grantee }: Granted): ReactNode => {
  const { t, format } = useText();
  const { account, keyring } = useAccounts();
  const chain = useChain();
  const addresses = useVaults();
  const { final } = useHeads();
  // Vaults go by final blocks: what they do not know yet they would refuse.
  const query = useChainQuery(['bought', record, version, grantee, final?.hash], final && (async (client) => {
    const [held, content] = await Promise.all([grant(client, record, version, grantee, final.hash), new NodeClient(client).version(record, version)]);
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
  const name = t.domain.recordVersion(format.number(record), format.number(version));
  const isBusy = state.step === 'fetching' || state.step === 'decrypting';
  return (
    <Section title={t.buyer.open}>
      <p className="soft">{t.buyer.openLead}</p>
      {!keyring && <p className="note">{t.chain.account.needKeys}</p>}
      {found && keyring && !hasKey && <p className="note bad">{t.buyer.openOtherKey(short(found.held.grantee_key))}</p>}
      {!found && <p className="note">{t.buyer.openVaultLater}</p>}
      <QueryProblem query={query} />
      <div className="row">
        {state.step === 'open' ? (
          <ButtonAbout text={t.buyer.openClose} about={name} onPress={() => setState({ step: 'closed' })} />
        ) : (
          <ButtonAbout
            text={state.step === 'failed' ? t.buyer.openAgain : t.buyer.open}
            about={name}
            look="primary"
            isDisabled={isBusy || !hasKey}
            onPress={() => void open()}
          />
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
