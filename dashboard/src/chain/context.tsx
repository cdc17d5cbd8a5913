// The chain for React: the connection, its state, queries that are asked again when the chain moves on.

import {
  useInfiniteQuery,
  useQuery,
  useQueryClient,
  type UseInfiniteQueryResult,
  type UseQueryResult,
  type InfiniteData,
} from '@tanstack/react-query';
import { createContext, useContext, useEffect, useMemo, useState, useSyncExternalStore, type ReactNode } from 'react';
import { loadSettings, saveSettings, type Config, type Settings } from '../config.js';
import { Connection, type Chain, type Client, type ConnectionState, type Heads } from './connection.js';
import { NotConnected } from './errors.js';
import { IndexClient, type Page, type Paging } from './index-client.js';

interface ChainContextValue {
  readonly config: Config;
  readonly settings: Settings;
  readonly connection: Connection;
  /** Keeps what the user has set; another node is connected with at once. Whether the browser keeps it, too. */
  change(settings: Settings): boolean;
}

const ChainContext = createContext<ChainContextValue | undefined>(undefined);

export const useChainContext = (): ChainContextValue => {
  const value = useContext(ChainContext);
  if (!value) throw new Error('outside of ChainProvider');
  return value;
};

/** Connects with the node that the configuration, or the user, names. */
export const ChainProvider = ({ config, children }: { config: Config; children: ReactNode }): ReactNode => {
  const [settings, setSettings] = useState(loadSettings);
  const node = settings.node ?? config.node;
  const connection = useMemo(() => new Connection(node, config.genesis), [node, config.genesis]);
  useEffect(() => {
    connection.open();
    return () => connection.close();
  }, [connection]);
  const value = useMemo<ChainContextValue>(
    () => ({
      config,
      settings,
      connection,
      change: (changed) => {
        setSettings(changed);
        return saveSettings(changed);
      },
    }),
    [config, settings, connection],
  );
  return (
    <ChainContext value={value}>
      <Refresh connection={connection} />
      {children}
    </ChainContext>
  );
};

/** By how many blocks an index is behind that does not just get to the newest one. */
const STOPPED = 5;

/** Has what is on the screen asked again when there is a new block, and when the connection is back. */
const Refresh = ({ connection }: { connection: Connection }): ReactNode => {
  const queries = useQueryClient();
  const { best, final, indexed } = useSyncExternalStore(connection.heads.subscribe, connection.heads.get);
  const state = useSyncExternalStore(connection.state.subscribe, connection.state.get);
  const client = state.phase === 'ready' ? state.client : undefined;
  // The index gets to a final block a moment after the node: who asks earlier is answered as if the block were not there.
  // One that has stopped is asked with each final block all the same, so that it says so.
  const follows = indexed !== undefined && (final === undefined || final.number <= indexed.number + STOPPED);
  const settled = follows ? indexed : final;
  useEffect(() => {
    // What is being asked is not asked anew: with a block every second it would never come to an answer, nor to an error.
    if (client) void queries.invalidateQueries({ queryKey: ['chain'] }, { cancelRefetch: false });
  }, [queries, client, best?.hash]);
  useEffect(() => {
    if (client) void queries.invalidateQueries({ queryKey: ['index'] }, { cancelRefetch: false });
  }, [queries, client, settled?.hash]);
  return null;
};

export const useConnectionState = (): ConnectionState => {
  const { connection } = useChainContext();
  return useSyncExternalStore(connection.state.subscribe, connection.state.get);
};

/** The newest blocks, best and final. */
export const useHeads = (): Heads => {
  const { connection } = useChainContext();
  return useSyncExternalStore(connection.heads.subscribe, connection.heads.get);
};

/** The chain client while there is a connection. */
export const useClient = (): Client | undefined => {
  const state = useConnectionState();
  return state.phase === 'ready' ? state.client : undefined;
};

/** What is known about the chain, also while the connection is lost. */
export const useChain = (): Chain | undefined => {
  const state = useConnectionState();
  return 'chain' in state ? state.chain : undefined;
};

/** Addresses of the vaults that this app knows. */
export const useVaults = (): readonly string[] => {
  const { config, settings } = useChainContext();
  return settings.vaults ?? config.vaults;
};

type Key = readonly (string | number | boolean | bigint | null | undefined | object)[];

/** Keys are compared as JSON, which knows no bigint. */
const plain = (key: Key): Key => key.map((part) => (typeof part === 'bigint' ? `${part}n` : part));

/**
 * Reads chain state. It is read again with each new best block, and once the connection is back; until then what was read
 * last stays on the screen. `undefined` as `read` waits.
 */
export const useChainQuery = <T,>(key: Key, read: ((client: Client) => Promise<T>) | undefined): UseQueryResult<T> => {
  const client = useClient();
  const chain = useChain();
  return useQuery({
    queryKey: ['chain', chain?.genesis, ...plain(key)],
    queryFn: () => {
      if (!client || !read) throw new NotConnected();
      return read(client);
    },
    enabled: client !== undefined && read !== undefined,
  });
};

/** Asks the node's index. It is asked again with each new final block. */
export const useIndexQuery = <T,>(key: Key, ask: ((index: IndexClient, client: Client) => Promise<T>) | undefined): UseQueryResult<T> => {
  const client = useClient();
  const chain = useChain();
  return useQuery({
    queryKey: ['index', chain?.genesis, ...plain(key)],
    queryFn: () => {
      if (!client || !ask) throw new NotConnected();
      return ask(new IndexClient(client), client);
    },
    enabled: client !== undefined && ask !== undefined,
  });
};

/** Asks the node's index for a list, page by page. */
export const useIndexPages = <P extends Page<unknown>>(
  key: Key,
  ask: ((index: IndexClient, paging: Paging) => Promise<P>) | undefined,
): UseInfiniteQueryResult<InfiniteData<P>> => {
  const client = useClient();
  const chain = useChain();
  return useInfiniteQuery({
    queryKey: ['index', chain?.genesis, 'pages', ...plain(key)],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => {
      if (!client || !ask) throw new NotConnected();
      return ask(new IndexClient(client), pageParam === undefined ? {} : { cursor: pageParam });
    },
    getNextPageParam: (page: P) => page.next ?? undefined,
    enabled: client !== undefined && ask !== undefined,
  });
};
