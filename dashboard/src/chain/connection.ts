// The connection to one node: made, lost, made again. Whoever shows something subscribes to its state.

import { LegacyClient } from 'dedot';
import { IndexClient } from './index-client.js';
import { NodeProvider } from './provider.js';
import type { MedshareApi } from './types/medshare/index.js';

/** The typed client of the chain. */
export type Client = LegacyClient<MedshareApi>;

/** What is known about the chain at the other end. */
export interface Chain {
  readonly name: string;
  /** Hash of block 0. */
  readonly genesis: `0x${string}`;
  /** Whether everybody knows the secrets of its accounts. */
  readonly development: boolean;
  /** Prefix of its addresses. */
  readonly prefix: number;
  /** Symbol of its money. */
  readonly symbol: string;
  /** Digits after the point of its money. */
  readonly decimals: number;
}

export type ConnectionState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'ready'; readonly client: Client; readonly chain: Chain }
  /** There was a connection, or an attempt at one; another follows. `chain` is what it was connected to. */
  | { readonly phase: 'lost'; readonly chain?: Chain; readonly attempts: number }
  /** There is a node, of another chain. It is not tried again. */
  | { readonly phase: 'refused'; readonly reason: 'other-chain' | 'not-medshare'; readonly name: string; readonly genesis: string };

export interface Head {
  readonly number: number;
  readonly hash: `0x${string}`;
}

/** The newest blocks. */
export interface Heads {
  readonly best?: Head;
  readonly final?: Head;
  /** The newest final block that is in the node's index; nothing where the node does not tell. */
  readonly indexed?: Head;
  /** When the best block was seen here, in ms since the Unix epoch. */
  readonly seen?: number;
}

const DELAYS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
/** A node that does not answer within this many ms counts as lost. */
const PATIENCE = 30_000;
/** How often a node is asked whether it is there, in ms: a connection may end without anybody saying so. */
const PULSE = 15_000;

/** A value that React can subscribe to. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  readonly get = (): T => this.#value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  set(value: T): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }
}

class WrongChain extends Error {
  constructor(
    readonly reason: 'other-chain' | 'not-medshare',
    readonly chainName: string,
    readonly genesis: string,
  ) {
    super(reason);
  }
}

/** Keeps a connection to one node until it is closed. */
export class Connection {
  readonly state = new Store<ConnectionState>({ phase: 'connecting' });
  readonly heads = new Store<Heads>({});
  #closed = false;
  #attempts = 0;
  #chain: Chain | undefined;
  #client: Client | undefined;
  #pulse: ReturnType<typeof setInterval> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    readonly node: string,
    private readonly expected: string | undefined,
  ) {}

  /** Begins to connect. */
  open(): void {
    this.#closed = false;
    globalThis.addEventListener('online', this.retry);
    void this.#connect();
  }

  /** Ends the connection for good. */
  close(): void {
    this.#closed = true;
    globalThis.removeEventListener('online', this.retry);
    clearTimeout(this.#timer);
    this.#drop();
  }

  /** Tries again now instead of later. */
  readonly retry = (): void => {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#connect();
  };

  async #connect(): Promise<void> {
    // A new client each time checks again that it is the same chain, and does not fetch every block that was missed. A chain on
    // which nothing happens has no blocks, so that their absence says nothing. Where no chain is named, the first one counts.
    const provider = new NodeProvider(this.node, PATIENCE);
    const client: Client = new LegacyClient<MedshareApi>({ provider, stalingDetectionTimeout: 0 });
    this.#client = client;
    const gone = (): void => {
      if (this.#client !== client) return;
      this.#drop();
      this.#later();
    };
    provider.on('disconnected', gone);
    const patience = setTimeout(gone, PATIENCE);
    try {
      await client.connect();
      const chain = await describe(client, this.expected ?? this.#chain?.genesis);
      if (this.#client !== client) return;
      this.#attempts = 0;
      this.#chain = chain;
      this.heads.set({});
      this.state.set({ phase: 'ready', client, chain });
      this.#pulse = setInterval(() => void client.rpc.system_health().catch(gone), PULSE);
      await this.#follow(client);
    } catch (error) {
      if (this.#client !== client) return;
      if (error instanceof WrongChain) {
        this.#drop();
        const { reason, chainName, genesis } = error;
        this.state.set({ phase: 'refused', reason, name: chainName, genesis });
      } else {
        gone();
      }
    } finally {
      clearTimeout(patience);
    }
  }

  async #follow(client: Client): Promise<void> {
    // Answers may overtake one another: only that about the newest counts.
    const track = (name: 'best' | 'final') => {
      let newest = 0;
      return async (number: number): Promise<void> => {
        const turn = (newest += 1);
        const hash = await client.rpc.chain_getBlockHash(number).catch(() => undefined);
        if (hash === undefined || turn !== newest || this.#client !== client) return;
        const seen = name === 'best' ? { seen: Date.now() } : {};
        this.heads.set({ ...this.heads.get(), [name]: { number, hash }, ...seen });
      };
    };
    const [best, final] = [track('best'), track('final')];
    await client.rpc.chain_subscribeNewHeads((header) => void best(header.number));
    await client.rpc.chain_subscribeFinalizedHeads((header) => void final(header.number));
    // Nobody waits for it: a busy index takes its time.
    void this.#followIndex(client);
  }

  /** Follows the node's index, if it has one that goes on. If the node ends this, it is begun again. */
  async #followIndex(client: Client): Promise<void> {
    const is = (indexed?: Head): void => {
      if (this.#client !== client) return;
      const { indexed: _, ...others } = this.heads.get();
      this.heads.set({ ...others, ...(indexed ? { indexed } : {}) });
    };
    const told = new IndexClient(client).subscribe(
      'Heads',
      undefined,
      ({ number, hash }) => is({ number, hash }),
      () => {
        is();
        void this.#followIndex(client);
      },
    );
    await told.catch(() => undefined);
  }

  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    clearInterval(this.#pulse);
    // It has timers of its own, which end with it.
    void client?.disconnect().catch(() => undefined);
  }

  #later(): void {
    if (this.#closed) return;
    const chain = this.#chain;
    this.#attempts += 1;
    this.state.set({ phase: 'lost', attempts: this.#attempts, ...(chain ? { chain } : {}) });
    const delay = DELAYS[Math.min(this.#attempts, DELAYS.length) - 1];
    this.#timer = setTimeout(this.retry, delay);
  }
}

const describe = async (client: Client, expected: string | undefined): Promise<Chain> => {
  const [name, kind, properties] = await Promise.all([
    client.rpc.system_chain(),
    client.rpc.system_chainType(),
    client.rpc.system_properties(),
  ]);
  const genesis = client.genesisHash;
  if (expected !== undefined && genesis !== expected) throw new WrongChain('other-chain', name, genesis);
  const pallets = new Set(client.metadata.latest.pallets.map((pallet) => pallet.name));
  if (!['Members', 'Records', 'Audits', 'Marketplace'].every((pallet) => pallets.has(pallet))) {
    throw new WrongChain('not-medshare', name, genesis);
  }
  const { tokenSymbol, tokenDecimals } = properties;
  return {
    name,
    genesis,
    development: kind === 'Development',
    prefix: client.consts.system.ss58Prefix,
    symbol: typeof tokenSymbol === 'string' ? tokenSymbol : 'MDS',
    decimals: typeof tokenDecimals === 'number' ? tokenDecimals : 12,
  };
};
