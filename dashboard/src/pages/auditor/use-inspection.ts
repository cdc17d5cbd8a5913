// The checks of a review for React: made when they are asked for, told step by step, dropped with the page.

import { useCallback, useEffect, useRef, useState } from 'react';
import { useAccounts } from '../../accounts/context.js';
import { sealedOf } from '../../chain/arguments.js';
import { useChain, useVaults } from '../../chain/context.js';
import type { Seat } from '../../chain/shapes.js';
import type { RecordVersion, Review } from '../../chain/node-client.js';
import { describe } from '../../files/reader.js';
import { fetchCiphertext } from '../../vault/vaults.js';
import { inspect, type Inspection } from './inspection.js';

/** How the checks stand. */
export type Inspecting =
  | { readonly phase: 'none' }
  | { readonly phase: 'running'; readonly step: 'fetch' | 'open' | 'read'; readonly bytes: number; readonly size: number }
  | { readonly phase: 'done'; readonly inspection: Inspection }
  | { readonly phase: 'failed'; readonly error: unknown };

/** Makes the checks of a review with the key in somebody's seat. */
export const useInspection = (review: Review, seat: Seat | undefined, version: RecordVersion | undefined): { state: Inspecting; run: () => void } => {
  const { account, keyring } = useAccounts();
  const chain = useChain();
  const addresses = useVaults();
  const [state, setState] = useState<Inspecting>({ phase: 'none' });
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  const run = useCallback(() => {
    if (!account || !keyring || !chain || !seat?.sealed || !version) return;
    current.current?.abort();
    const abort = new AbortController();
    current.current = abort;
    const { signal } = abort;
    const tell = (told: Inspecting): void => {
      if (!signal.aborted) setState(told);
    };
    const { content } = version;
    const sealed = sealedOf(seat.sealed);
    const running = (step: 'fetch' | 'open' | 'read', bytes = 0): void => tell({ phase: 'running', step, bytes, size: content.size });
    running('fetch');
    void inspect(content.descriptor, {
      fetch: () =>
        fetchCiphertext(
          { record: review.record, version: review.version, content },
          { addresses, genesis: chain.genesis, signer: account.requests, progress: (bytes) => running('fetch', bytes), signal },
        ),
      open: (envelope) => {
        running('open');
        return keyring.decrypt(envelope, { sealed, granteeKey: seat.key }, content);
      },
      read: (document) => {
        running('read');
        return describe(document, { kind: content.descriptor.kind, signal });
      },
    }).then(
      (inspection) => tell({ phase: 'done', inspection }),
      (error: unknown) => tell({ phase: 'failed', error }),
    );
  }, [account, keyring, chain, addresses, seat, version, review.record, review.version]);
  return { state, run };
};
