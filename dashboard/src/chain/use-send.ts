// Sending for React: one transaction at a time, with its steps.

import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { useAccounts } from '../accounts/context.js';
import { useChainContext } from './context.js';
import type { Client } from './connection.js';
import { submit, type Progress, type Transaction } from './send.js';

export interface Sending {
  /** The step that it is at; nothing before the first. */
  readonly progress: Progress | undefined;
  /** Whether it is under way: another one has to wait. */
  readonly busy: boolean;
  /** Signs with the account that acts, sends, and resolves to the last step. `build` makes the call. */
  send(build: (client: Client) => Transaction | Promise<Transaction>): Promise<Progress>;
  /** Forgets the last one. */
  clear(): void;
}

export const useSend = (): Sending => {
  const { connection } = useChainContext();
  const queries = useQueryClient();
  const { account } = useAccounts();
  const [progress, setProgress] = useState<Progress>();
  const running = useRef(false);
  const [busy, setBusy] = useState(false);

  const send = useCallback(
    async (build: (client: Client) => Transaction | Promise<Transaction>): Promise<Progress> => {
      const state = connection.state.get();
      const unsent = (message: string): Progress => {
        const failed: Progress = { step: 'failed', failure: { why: 'unsent', message } };
        setProgress(failed);
        return failed;
      };
      if (running.current) return { step: 'failed', failure: { why: 'unsent', message: 'busy' } };
      if (state.phase !== 'ready') return unsent('no connection');
      if (!account) return unsent('no account');
      const told = (progress: Progress): void => {
        setProgress(progress);
        // Else what the index says of the best block would be asked for with the next final one only. State of the chain is asked for anyway.
        if (progress.step === 'in-block' || progress.step === 'final') void queries.invalidateQueries({ queryKey: ['index'] });
      };
      running.current = true;
      setBusy(true);
      try {
        return await submit(connection, state.client, build, account.transactions, told);
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [connection, queries, account],
  );
  const clear = useCallback(() => setProgress(undefined), []);
  return { progress, busy, send, clear };
};
