// Blocks, read from the node. What is in a block never changes, so it is read once.

import { useQuery, useQueryClient, type QueryClient, type UseQueryResult } from '@tanstack/react-query';
import type { Client } from '../../chain/connection.js';
import { useChain, useChainQuery, useClient, useHeads } from '../../chain/context.js';
import { NotConnected } from '../../chain/errors.js';
import type { Hex } from '../../chain/shapes.js';
import { toJson, type Json } from './fields.js';

export interface BlockEvent {
  /** Position of the transaction that caused it; none where the chain itself acted. */
  readonly transaction: number | undefined;
  readonly index: number;
  readonly pallet: string;
  readonly event: string;
  readonly fields: Readonly<Record<string, Json>>;
}

export interface BlockTransaction {
  readonly position: number;
  readonly signer: string | undefined;
  readonly pallet: string;
  readonly call: string;
  readonly failed: boolean;
}

export interface Block {
  readonly number: number;
  readonly hash: Hex;
  readonly parent: Hex;
  /** Chain time, in ms since the Unix epoch. */
  readonly time: number;
  readonly transactions: readonly BlockTransaction[];
  readonly events: readonly BlockEvent[];
}

const NEWEST = 8;

const fieldsOf = (data: unknown): Readonly<Record<string, Json>> => {
  const json = toJson(data);
  if (json === null) return {};
  if (typeof json === 'object' && !Array.isArray(json)) return json as Readonly<Record<string, Json>>;
  return { value: json };
};

/** As the node says it of records. */
const noSuchBlock = (): Error => Object.assign(new Error('there is no such block'), { code: 9001 });

const readBlock = async (client: Client, hash: Hex): Promise<Block> => {
  const [signed, state] = await Promise.all([client.rpc.chain_getBlock(hash), client.at(hash)]);
  if (!signed) throw noSuchBlock();
  const { block } = signed;
  const [records, time] = await Promise.all([state.query.system.events(), state.query.timestamp.now()]);
  const events = records.map(({ phase, event }, index): BlockEvent => {
    const { pallet, palletEvent } = event as { pallet: string; palletEvent: string | { name: string; data?: unknown } };
    const simple = typeof palletEvent === 'string';
    return {
      transaction: phase.type === 'ApplyExtrinsic' ? phase.value : undefined,
      index,
      pallet,
      event: simple ? palletEvent : palletEvent.name,
      fields: simple ? {} : fieldsOf(palletEvent.data),
    };
  });
  const failed = new Set(
    events.flatMap(({ pallet, event, transaction }) => (pallet === 'System' && event === 'ExtrinsicFailed' ? transaction : []) ?? []),
  );
  const transactions = block.extrinsics.map((bytes, position): BlockTransaction => {
    const extrinsic = client.registry.$Extrinsic.tryDecode(bytes);
    const { pallet, palletCall } = extrinsic.call as { pallet: string; palletCall: string | { name: string } | null };
    const signer = extrinsic.signed ? toJson((extrinsic.signature as { address?: unknown } | undefined)?.address) : null;
    // Addresses of the chain have a kind around them: `{ Id: … }`.
    const address = typeof signer === 'object' && signer !== null && 'Id' in signer ? signer.Id : signer;
    return {
      position,
      signer: typeof address === 'string' ? address : undefined,
      pallet,
      call: typeof palletCall === 'string' ? palletCall : (palletCall?.name ?? ''),
      failed: failed.has(position),
    };
  });
  const { number, parentHash: parent } = block.header;
  return { number, hash, parent, time: Number(time), transactions, events };
};

const blockQuery = (client: Client, genesis: string, hash: Hex) => ({
  queryKey: ['block', genesis, hash],
  queryFn: () => readBlock(client, hash),
  staleTime: Infinity,
});

/** A block by its hash or its number in the best chain. */
export const useBlock = (which: Hex | number): UseQueryResult<Block> => {
  const queries = useQueryClient();
  const chain = useChain();
  return useChainQuery(['block', which], async (client) => {
    const hash = typeof which === 'number' ? await client.rpc.chain_getBlockHash(which) : which;
    if (!hash || !chain) throw noSuchBlock();
    return queries.fetchQuery(blockQuery(client, chain.genesis, hash));
  });
};

const readNewest = async (queries: QueryClient, client: Client, genesis: string, best: number): Promise<Block[]> => {
  const numbers = Array.from({ length: Math.min(NEWEST, best) }, (_, back) => best - back);
  const hashes = await Promise.all(numbers.map((number) => client.rpc.chain_getBlockHash(number)));
  const known = hashes.filter((hash) => hash !== undefined);
  return Promise.all(known.map((hash) => queries.fetchQuery(blockQuery(client, genesis, hash))));
};

/** The newest blocks, newest first. Block 0 has no state of its own to show. */
export const useNewestBlocks = (): UseQueryResult<Block[]> => {
  const queries = useQueryClient();
  const client = useClient();
  const chain = useChain();
  const { best } = useHeads();
  return useQuery({
    queryKey: ['newest', chain?.genesis, best?.hash],
    queryFn: () => {
      if (!client || !chain || !best) throw new NotConnected();
      return readNewest(queries, client, chain.genesis, best.number);
    },
    enabled: client !== undefined && best !== undefined,
    // Until the new ones are read, those of before stay.
    placeholderData: (before) => before,
  });
};

/** How many lines the list of the newest blocks takes. */
export const NEWEST_BLOCKS = NEWEST;
