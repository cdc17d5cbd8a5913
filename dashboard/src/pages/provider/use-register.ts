// Sealing, bringing to a vault and registering for React, as one thing that can be gone on with where it failed.

import { useCallback, useRef, useState } from 'react';
import { toHex } from 'dedot/utils';
import type { VaultClient } from 'medshare-js';
import { useAccounts } from '../../accounts/context.js';
import { policyArgument, versionArgument, type Registrable } from '../../chain/arguments.js';
import { useClient } from '../../chain/context.js';
import type { Descriptor, Hex, Policy } from '../../chain/shapes.js';
import { NodeClient, type Locator } from '../../chain/node-client.js';
import type { Progress } from '../../chain/send.js';
import { useSend } from '../../chain/use-send.js';
import { bring } from '../../vault/vaults.js';

/** What is to be registered. */
export interface Wish {
  /** The document. */
  readonly file: Blob;
  /** What is in it. */
  readonly descriptor: Descriptor;
  readonly policy: Policy;
  /** The pseudonym of the person; a random one without. */
  readonly subject: Hex | undefined;
  readonly vault: VaultClient;
}

/** The steps, in order. */
export const STEPS = ['seal', 'upload', 'register'] as const;

/** How it stands before it is done. `bytes` of `size` are done in the step, where that can be said. */
export type Registering =
  | { readonly phase: 'none' }
  | { readonly phase: 'running'; readonly step: (typeof STEPS)[number]; readonly bytes: number; readonly size: number }
  | { readonly phase: 'failed'; readonly step: (typeof STEPS)[number]; readonly error: unknown };

/** The key that the chain has for the account is not among those that are open. */
export class WrongKeys extends Error {
  override readonly name = 'WrongKeys';
}

/** What was done already, for the same file and vault. */
interface Done {
  readonly file: Blob;
  sealed?: { readonly envelope: Blob; readonly sealed: Registrable; readonly ownerKey: Hex };
  locator?: { readonly vault: VaultClient; readonly at: Locator };
}

/** `run` gives the record's number once it is final; nothing if it failed. */
export const useRegister = (): { state: Registering; progress: Progress | undefined; run: (wish: Wish) => Promise<bigint | undefined> } => {
  const { account, keyring } = useAccounts();
  const client = useClient();
  const { progress, send } = useSend();
  const [state, setState] = useState<Registering>({ phase: 'none' });
  const done = useRef<Done>(undefined);

  const run = useCallback(
    async ({ file, descriptor, policy, subject, vault }: Wish): Promise<bigint | undefined> => {
      if (!account || !keyring || !client) return undefined;
      let step: (typeof STEPS)[number] = 'seal';
      const running = (now: typeof step, size: number, bytes = 0): void => {
        step = now;
        setState({ phase: 'running', step, bytes, size });
      };
      try {
        running('seal', file.size);
        const member = await new NodeClient(client).member(account.address);
        const ownerKey = member?.key;
        if (!ownerKey || !keyring.keys.publicKeys.includes(ownerKey)) throw new WrongKeys();
        const before = done.current?.file === file ? done.current : { file };
        done.current = before;
        // A key that was registered anew in between would make the envelope worthless.
        if (before.sealed?.ownerKey !== ownerKey) {
          const made = await keyring.seal(file, descriptor, ownerKey, (bytes) => running('seal', file.size, bytes));
          before.sealed = { ...made, ownerKey };
          delete before.locator;
        }
        const { envelope, sealed } = before.sealed;
        running('upload', envelope.size);
        if (before.locator?.vault !== vault) {
          const at = await bring(vault, account.requests, envelope, (bytes) => running('upload', envelope.size, bytes));
          before.locator = { vault, at };
        }
        const { at } = before.locator;
        running('register', 0);
        const pseudonym = subject ?? toHex(crypto.getRandomValues(new Uint8Array(32)));
        const last = await send((connected) => connected.tx.records.register(pseudonym, policyArgument(policy), versionArgument(sealed, [at])));
        if (last.step !== 'final') throw new NotRegistered();
        const event = last.block.events.find(({ pallet, name }) => pallet === 'Records' && name === 'Registered');
        const { record } = (event?.data ?? {}) as { record?: bigint };
        if (record === undefined) throw new NotRegistered();
        done.current = undefined;
        return record;
      } catch (error) {
        setState({ phase: 'failed', step, error });
        return undefined;
      }
    },
    [account, keyring, client, send],
  );
  return { state, progress, run };
};

/** The transaction did not go through; why is in the last step of sending. */
export class NotRegistered extends Error {
  override readonly name = 'NotRegistered';
}
