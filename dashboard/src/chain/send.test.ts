import { describe, expect, it } from 'vitest';
import { Store, type Client, type Connection, type ConnectionState } from './connection.js';
import { NotConnected } from './errors.js';
import { poolFailure, submit, type Progress, type Transaction } from './send.js';

type Listener = Parameters<Transaction['send']>[0];
type Result = Parameters<Listener>[0];

const HASH = `0x${'01'.repeat(32)}` as const;

/** A chain whose pool does what the test says. */
const chain = () => {
  const client = {
    // Four are in blocks, and one waits.
    provider: { send: (method: string) => Promise.resolve(method === 'system_accountNextIndex' ? 5 : undefined) },
    registry: { findErrorMeta: () => ({ pallet: 'Records', name: 'NoRecord', docs: ['There is no such', 'record.'] }) },
  } as unknown as Client;
  const state = new Store<ConnectionState>({ phase: 'ready', client, chain: {} as never });
  const steps: Progress[] = [];
  let listener: Listener | undefined;
  const transaction = (more: Partial<Transaction> = {}): Transaction => ({
    callHex: '0x00',
    sign: () => Promise.resolve(),
    send: (callback) => {
      listener = callback;
      return Promise.resolve(() => Promise.resolve());
    },
    ...more,
  });
  const wallet = { kind: 'wallet', address: '5Alice', signer: {} } as const;
  const send = (build: () => Transaction | Promise<Transaction>): Promise<Progress> =>
    submit({ state } as unknown as Connection, client, build, wallet, (step) => steps.push(step));
  const block = (type: 'BestChainBlockIncluded' | 'Finalized', more: object = {}): Result =>
    ({ status: { type, value: { blockHash: HASH, blockNumber: 7, txIndex: 1 } }, events: [], ...more }) as unknown as Result;
  return { state, steps, transaction, send, block, tell: (result: Result) => listener?.(result) };
};

const status = (type: string, value?: object): Result => ({ status: { type, value }, events: [] }) as unknown as Result;
const names = (steps: readonly Progress[]): string[] => steps.map(({ step }) => step);
/** Lets what was promised happen. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('a transaction', () => {
  it('goes from the signature to finality, step by step, with its events', async () => {
    const { send, transaction, tell, block, steps } = chain();
    const end = send(() => transaction());
    await settle();
    tell(status('Validated'));
    tell(status('Broadcasting'));
    tell(block('BestChainBlockIncluded'));
    tell(
      block('Finalized', { events: [{ event: { pallet: 'Records', palletEvent: { name: 'Withdrawn', data: { record: 3n } } } }] }),
    );
    expect(await end).toEqual({
      step: 'final',
      block: { hash: HASH, number: 7, events: [{ pallet: 'Records', name: 'Withdrawn', data: { record: 3n } }] },
    });
    expect(names(steps)).toEqual(['signing', 'sent', 'in-block', 'final']);
  });

  it('that fails in a block names the error and says what the chain says about it', async () => {
    const { send, transaction, tell, block } = chain();
    const end = send(() => transaction());
    await settle();
    tell(block('Finalized', { dispatchError: { type: 'Module', value: { index: 9, error: '0x00000000' } } }));
    expect(await end).toMatchObject({
      step: 'failed',
      failure: { why: 'call', error: 'Records.NoRecord', docs: 'There is no such record.' },
      block: { number: 7 },
    });
  });

  it('that failed in a block which is left again may still succeed in another', async () => {
    const { send, transaction, tell, block, steps } = chain();
    const end = send(() => transaction());
    await settle();
    tell(block('BestChainBlockIncluded', { dispatchError: { type: 'BadOrigin' } }));
    tell(status('NoLongerInBestChain'));
    tell(block('Finalized'));
    expect((await end).step).toBe('final');
    expect(names(steps)).toEqual(['signing', 'failed', 'final']);
  });

  it('comes after those of the account that wait in the pool', async () => {
    const { send, transaction, tell, block } = chain();
    const signed: unknown[] = [];
    const end = send(() =>
      transaction({
        sign: (address, { nonce }) => {
          signed.push([address, nonce]);
          return Promise.resolve();
        },
      }),
    );
    await settle();
    tell(block('Finalized'));
    expect((await end).step).toBe('final');
    expect(signed).toEqual([['5Alice', 5]]);
  });

  it('is not sent if the wallet does not sign', async () => {
    const { send, transaction } = chain();
    const refused = transaction({
      sign: () => Promise.reject(new Error('Cancelled')),
      send: () => Promise.reject(new Error('it was sent')),
    });
    expect(await send(() => refused)).toEqual({ step: 'failed', failure: { why: 'wallet', message: 'Cancelled' } });
  });

  it('is not signed if it cannot be made', async () => {
    const { send } = chain();
    const end = await send(() => {
      throw new Error('price is missing');
    });
    expect(end).toEqual({ step: 'failed', failure: { why: 'unsent', message: 'price is missing' } });
  });

  it('that the pool refuses says why', async () => {
    const { send, transaction } = chain();
    const refused = Object.assign(new Error('1010: Invalid Transaction'), { code: 1010, data: 'Custom error: 2' });
    expect(await send(() => transaction({ send: () => Promise.reject(refused) }))).toEqual({
      step: 'failed',
      failure: { why: 'pool', code: 2, message: '1010: Invalid Transaction: Custom error: 2' },
    });
  });

  it('may be in a block if the connection breaks after it was sent', async () => {
    const { send, transaction, state, tell, block, steps } = chain();
    const end = send(() => transaction());
    await settle();
    tell(status('Validated'));
    state.set({ phase: 'lost', attempts: 1 });
    expect(await end).toEqual({ step: 'failed', failure: { why: 'lost' } });
    // What comes afterwards is of no connection any more.
    tell(block('Finalized'));
    expect(names(steps)).toEqual(['signing', 'sent', 'failed']);
  });

  it('was not sent if the connection breaks while it is signed', async () => {
    const { send, transaction } = chain();
    const end = await send(() => transaction({ sign: () => Promise.reject(new NotConnected('no answer')) }));
    expect(end).toEqual({ step: 'failed', failure: { why: 'unsent', message: 'no connection' } });
  });

  it('may be in a block if the node never answered that it took it', async () => {
    const { send, transaction } = chain();
    const end = await send(() => transaction({ send: () => Promise.reject(new NotConnected('no answer')) }));
    expect(end).toEqual({ step: 'failed', failure: { why: 'lost' } });
  });

  it('that is dropped says so', async () => {
    const { send, transaction, tell } = chain();
    const end = send(() => transaction());
    await settle();
    tell(status('Invalid', { error: 'usurped' }));
    expect(await end).toEqual({ step: 'failed', failure: { why: 'dropped', message: 'usurped' } });
  });
});

describe("the pool's refusal", () => {
  it('has no code where it is none of the chain’s own', () => {
    expect(poolFailure(new Error('1010: Inability to pay some fees'))).toEqual({
      why: 'pool',
      message: '1010: Inability to pay some fees',
    });
  });
});
