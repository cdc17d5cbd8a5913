// How a call gets onto the chain, step by step, and what may become of it.

import { ExtraSignedExtension } from 'dedot';
import type { ISubmittableResult } from 'dedot/types';
import { blake2AsU8a, hexToU8a, u8aToHex } from 'dedot/utils';
import type { Client, Connection } from './connection.js';
import { NotConnected } from './errors.js';

/** Who signs. */
export type TransactionSigner =
  /** A wallet, which shows the user what is signed. */
  | { readonly kind: 'wallet'; readonly address: string; readonly signer: { signPayload?: unknown } }
  /** Keys that this app has open. */
  | { readonly kind: 'keys'; readonly address: string; sign(payload: Uint8Array): Promise<Uint8Array> };

/** The part of a transaction of the chain client that is used here. */
export interface Transaction {
  readonly callHex: `0x${string}`;
  sign(address: string, options: { signer: never; nonce: number }): Promise<unknown>;
  send(callback: (result: ISubmittableResult) => void): Promise<() => Promise<void>>;
}

export interface ChainEvent {
  readonly pallet: string;
  readonly name: string;
  readonly data: unknown;
}

export interface Included {
  readonly hash: `0x${string}`;
  readonly number: number;
  readonly events: readonly ChainEvent[];
}

export type SendFailure =
  /** A call that ran and failed, such as `Records.NoRecord`; `docs` is what the chain says about it. */
  | { readonly why: 'call'; readonly error: string; readonly docs: string }
  /** The wallet, or its user, did not sign. */
  | { readonly why: 'wallet'; readonly message: string }
  /** The node did not take it into its pool. `code` is that of `CheckMember`, where that refused. */
  | { readonly why: 'pool'; readonly code?: number; readonly message: string }
  /** It was in the pool and left it. */
  | { readonly why: 'dropped'; readonly message: string }
  /** The connection broke after it was sent: it may be in a block. */
  | { readonly why: 'lost' }
  /** It could not be made: wrong arguments, or no connection. */
  | { readonly why: 'unsent'; readonly message: string };

export type Progress =
  | { readonly step: 'signing' }
  | { readonly step: 'sent' }
  | { readonly step: 'in-block'; readonly block: Included }
  | { readonly step: 'final'; readonly block: Included }
  | { readonly step: 'failed'; readonly failure: SendFailure; readonly block?: Included };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What the pool's refusal means. */
export const poolFailure = (error: unknown): SendFailure => {
  const { data } = (error ?? {}) as { data?: unknown };
  const message = [messageOf(error), ...(typeof data === 'string' ? [data] : [])].join(': ');
  const code = /Custom error: (\d+)/.exec(message)?.[1];
  return { why: 'pool', message, ...(code === undefined ? {} : { code: Number(code) }) };
};

/** The pallet's own words for why a call failed. */
export const callFailure = (client: Client, error: NonNullable<ISubmittableResult['dispatchError']>): SendFailure => {
  if (error.type === 'Module') {
    const meta = client.registry.findErrorMeta(error);
    if (meta) return { why: 'call', error: `${meta.pallet}.${meta.name}`, docs: meta.docs.join(' ').trim() };
  }
  const value = 'value' in error ? error.value : undefined;
  return { why: 'call', error: typeof value === 'string' ? `${error.type}.${value}` : error.type, docs: '' };
};

const eventOf = ({ event }: ISubmittableResult['events'][number]): ChainEvent => {
  const { pallet, palletEvent } = event as { pallet: string; palletEvent: string | { name: string; data?: unknown } };
  return typeof palletEvent === 'string'
    ? { pallet, name: palletEvent, data: undefined }
    : { pallet, name: palletEvent.name, data: palletEvent.data };
};

/** A signer in the form that the chain client asks, over the keys that this app has open. */
const keysSigner = (client: Client, sign: (payload: Uint8Array) => Promise<Uint8Array>) => ({
  signPayload: async (payload: never) => {
    const extra = new ExtraSignedExtension(client, { signerAddress: '' });
    await extra.fromPayload(payload);
    const { method } = payload as { method: `0x${string}` };
    const bytes = hexToU8a(extra.toRawPayload(method).data);
    // As the chain does: what is longer than 256 bytes is signed by its hash.
    const signature = await sign(bytes.length > 256 ? blake2AsU8a(bytes, 256) : bytes);
    // 1 says that it is an sr25519 signature.
    return { id: 0, signature: u8aToHex(Uint8Array.of(1, ...signature)) };
  },
});

/** The nonce after those of an account that wait in the node's pool; the chain client would take that after those in blocks. */
const nextNonce = (client: Client, address: string): Promise<number> => client.provider.send<number>('system_accountNextIndex', [address]);

/**
 * Signs a transaction, sends it, and tells each step until it is final or has failed. Resolves to the last step. It never
 * throws: every failure is a step.
 */
export const submit = async (
  connection: Connection,
  client: Client,
  build: (client: Client) => Transaction | Promise<Transaction>,
  signer: TransactionSigner,
  tell: (progress: Progress) => void,
): Promise<Progress> => {
  let last: Progress = { step: 'signing' };
  const step = (progress: Progress): Progress => {
    last = progress;
    tell(progress);
    return progress;
  };
  const fail = (failure: SendFailure, block?: Included): Progress =>
    step({ step: 'failed', failure, ...(block ? { block } : {}) });

  step(last);
  let transaction: Transaction;
  let nonce: number;
  try {
    transaction = await build(client);
    // Encodes the call, and with it finds out whether its arguments are of the right form.
    void transaction.callHex;
  } catch (error) {
    return fail({ why: 'unsent', message: error instanceof NotConnected ? 'no connection' : messageOf(error) });
  }
  try {
    nonce = await nextNonce(client, signer.address);
  } catch (error) {
    return fail({ why: 'unsent', message: error instanceof NotConnected ? 'no connection' : messageOf(error) });
  }
  try {
    const source = signer.kind === 'wallet' ? signer.signer : keysSigner(client, (payload) => signer.sign(payload));
    await transaction.sign(signer.address, { signer: source as never, nonce });
  } catch (error) {
    if (error instanceof NotConnected) return fail({ why: 'unsent', message: 'no connection' });
    return fail({ why: 'wallet', message: messageOf(error) });
  }
  return new Promise((resolve) => {
    let done = false;
    let stopWatching: () => void = () => undefined;
    const end = (progress: Progress): void => {
      if (done) return;
      done = true;
      stopWatching();
      resolve(progress);
    };
    stopWatching = connection.state.subscribe(() => {
      const state = connection.state.get();
      if (!done && !(state.phase === 'ready' && state.client === client)) end(fail({ why: 'lost' }));
    });
    const take = (result: ISubmittableResult): void => {
      if (done) return;
      const { status, dispatchError, events } = result;
      if (status.type === 'BestChainBlockIncluded' || status.type === 'Finalized') {
        const { blockHash: hash, blockNumber: number } = status.value;
        const block: Included = { hash, number, events: events.map(eventOf) };
        // Wait for finality also of a failure: the block may be left again, and the call succeed in another.
        if (status.type === 'Finalized') {
          end(dispatchError ? fail(callFailure(client, dispatchError), block) : step({ step: 'final', block }));
        } else if (dispatchError) {
          step({ step: 'failed', failure: callFailure(client, dispatchError), block });
        } else {
          step({ step: 'in-block', block });
        }
      } else if (status.type === 'Invalid' || status.type === 'Drop') {
        end(fail({ why: 'dropped', message: status.value.error }));
      } else if (last.step === 'signing') {
        step({ step: 'sent' });
      }
    };
    transaction.send(take).catch((error: unknown) => {
      if (!done) end(fail(error instanceof NotConnected ? { why: 'lost' } : poolFailure(error)));
    });
  });
};
