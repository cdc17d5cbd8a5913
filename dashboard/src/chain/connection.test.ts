import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

/** A node at the other end of a WebSocket, with the metadata of the runtime and whatever else a test gives it. */
const node = vi.hoisted(() => {
  const state = {
    up: true,
    genesis: `0x${'ab'.repeat(32)}`,
    /** Methods that are asked and never answered. */
    silent: new Set<string>(),
    answers: {} as Record<string, (params: unknown[]) => unknown>,
    sockets: [] as { breaks(): void; notify(method: string, result: unknown): void; ends(method: string): void }[],
  };
  class Socket {
    onopen?: ((event: object) => void) | null;
    onclose?: ((event: { code: number; reason: string }) => void) | null;
    onmessage?: ((event: { data: string }) => void) | null;
    onerror?: ((event: object) => void) | null;

    constructor() {
      queueMicrotask(() => {
        if (state.up) {
          this.onopen?.({});
          return;
        }
        // As browsers tell it.
        this.onerror?.(new Event('error'));
        this.breaks();
      });
      state.sockets.push(this);
    }

    breaks(): void {
      this.onclose?.({ code: 1006, reason: '' });
    }

    close(): void {
      this.onclose?.({ code: 1000, reason: '' });
    }

    notify(method: string, result: unknown): void {
      this.onmessage?.({ data: JSON.stringify({ jsonrpc: '2.0', method, params: { subscription: 'one', result } }) });
    }

    ends(method: string): void {
      this.onmessage?.({ data: JSON.stringify({ jsonrpc: '2.0', method, params: { subscription: 'one', error: 'the index is made anew' } }) });
    }

    send(text: string): void {
      const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: unknown[] };
      if (state.silent.has(method)) return;
      const answer = state.answers[method];
      const reply = answer ? { result: answer(params) } : { error: { code: -32601, message: `${method} is not known` } };
      queueMicrotask(() => this.onmessage?.({ data: JSON.stringify({ jsonrpc: '2.0', id, ...reply }) }));
    }
  }
  // Before dedot looks for it; and what a browser has for being online again.
  const page = new EventTarget();
  Object.assign(globalThis, {
    WebSocket: Socket,
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
  });
  return state;
});

import { Connection } from './connection.js';
import { NotConnected } from './errors.js';

const METADATA = readFileSync(new URL('../../chain/metadata.scale', import.meta.url));
/** As the runtime gives them: an option, the length as a compact number of four bytes, the metadata. */
const metadata = (): string => {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(METADATA.length * 4 + 2);
  return `0x01${length.toString('hex')}${METADATA.toString('hex')}`;
};
const hashOf = (number: number): string => `0x${number.toString(16).padStart(64, '0')}`;
const header = (number: number) => ({
  number: `0x${number.toString(16)}`,
  parentHash: hashOf(number - 1),
  stateRoot: hashOf(0),
  extrinsicsRoot: hashOf(0),
  digest: { logs: [] },
});
const version = { specName: 'medshare', implName: 'medshare', authoringVersion: 1, specVersion: 2, implVersion: 1, apis: [], transactionVersion: 1, stateVersion: 1 };

let connection: Connection | undefined;
/** Connects, and waits for what comes of it. */
const connect = async (expected?: string): Promise<Connection> => {
  connection = new Connection('ws://node.example', expected);
  connection.open();
  await vi.advanceTimersByTimeAsync(100);
  return connection;
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  node.up = true;
  node.silent.clear();
  node.sockets.length = 0;
  node.answers = {
    chain_getBlockHash: ([number]) => (number === 0 ? node.genesis : hashOf(Number(number))),
    chain_subscribeNewHeads: () => 'one',
    chain_subscribeFinalizedHeads: () => 'one',
    state_getRuntimeVersion: () => version,
    // The only version that there is: 15.
    state_call: ([name]) => (name === 'Metadata_metadata_versions' ? '0x040f000000' : metadata()),
    system_chain: () => 'medshare development',
    system_chainType: () => 'Development',
    system_properties: () => ({ tokenSymbol: 'MDS', tokenDecimals: 12 }),
    system_health: () => ({ peers: 0, isSyncing: false, shouldHavePeers: false }),
  };
});
afterEach(() => {
  connection?.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a connection', () => {
  it('knows its chain and its newest blocks', async () => {
    const { state, heads } = await connect(node.genesis);
    expect(state.get()).toMatchObject({
      phase: 'ready',
      chain: { name: 'medshare development', genesis: node.genesis, development: true, prefix: 42, symbol: 'MDS', decimals: 12 },
    });
    node.sockets[0]?.notify('chain_newHead', header(7));
    node.sockets[0]?.notify('chain_finalizedHead', header(5));
    await vi.advanceTimersByTimeAsync(10);
    expect(heads.get()).toMatchObject({ best: { number: 7, hash: hashOf(7) }, final: { number: 5, hash: hashOf(5) } });
  });

  it('knows which block is in the index, and asks again when the node ends telling that', async () => {
    const asked = vi.fn(() => 'one');
    node.answers.medshare_subscribeHeads = asked;
    const { heads } = await connect();
    const at = { number: 5, hash: hashOf(5), time: 1, final: true };
    node.sockets[0]?.notify('medshare_heads', { at, item: at });
    expect(heads.get().indexed).toEqual({ number: 5, hash: hashOf(5) });
    node.sockets[0]?.ends('medshare_heads');
    await vi.advanceTimersByTimeAsync(10);
    expect(heads.get()).not.toHaveProperty('indexed');
    expect(asked).toHaveBeenCalledTimes(2);
    node.sockets[0]?.notify('medshare_heads', { at, item: { ...at, number: 6, hash: hashOf(6) } });
    expect(heads.get().indexed?.number).toBe(6);
  });

  it('does without what an index tells where there is none', async () => {
    const { state, heads } = await connect();
    node.sockets[0]?.notify('chain_finalizedHead', header(5));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.get().phase).toBe('ready');
    expect(heads.get()).toMatchObject({ final: { number: 5 } });
    expect(heads.get()).not.toHaveProperty('indexed');
  });

  it('of another chain is refused, and not tried again', async () => {
    const { state } = await connect(`0x${'cd'.repeat(32)}`);
    expect(state.get()).toEqual({ phase: 'refused', reason: 'other-chain', name: 'medshare development', genesis: node.genesis });
    await vi.advanceTimersByTimeAsync(120_000);
    expect(node.sockets).toHaveLength(1);
  });

  it('that breaks fails what waits, and comes back by itself', async () => {
    const { state } = await connect();
    const before = state.get();
    if (before.phase !== 'ready') throw new Error('it is not ready');
    node.silent.add('system_name');
    const waiting = expect(before.client.rpc.system_name()).rejects.toBeInstanceOf(NotConnected);
    node.up = false;
    node.sockets[0]?.breaks();
    await waiting;
    expect(state.get()).toMatchObject({ phase: 'lost', chain: { genesis: node.genesis } });
    await expect(before.client.provider.send('system_chain', [])).rejects.toBeInstanceOf(NotConnected);

    // The node is away for a while: it is tried again, and less and less often.
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.get()).toMatchObject({ phase: 'lost' });
    expect(node.sockets.length).toBeGreaterThan(4);
    expect(node.sockets.length).toBeLessThan(12);
    node.up = true;
    await vi.advanceTimersByTimeAsync(16_000);
    expect(state.get()).toMatchObject({ phase: 'ready' });
    const after = state.get();
    expect(after.phase === 'ready' && after.client !== before.client).toBe(true);
  });

  it.each([node.genesis, undefined])('that was of one chain is refused when the node comes back with another (%s is named)', async (named) => {
    const { state } = await connect(named);
    const other = `0x${'ef'.repeat(32)}`;
    node.answers.chain_getBlockHash = () => other;
    node.sockets[0]?.breaks();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(state.get()).toMatchObject({ phase: 'refused', genesis: other });
  });

  it('is lost when the node does not answer any more, and not when there are no blocks', async () => {
    const { state } = await connect();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(state.get().phase).toBe('ready');
    expect(node.sockets).toHaveLength(1);
    node.silent.add('system_health');
    node.up = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(state.get().phase).toBe('lost');
  });

  it('that is closed stays closed', async () => {
    const { state } = await connect();
    connection?.close();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(node.sockets).toHaveLength(1);
    expect(state.get().phase).toBe('ready');
  });
});
