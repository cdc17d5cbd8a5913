import { readFileSync } from 'node:fs';
import { u8aToHex } from 'dedot/utils';
import { describe, expect, it, vi } from 'vitest';
import type { Chain, Client } from '../chain/connection.js';
import { introduce, type ChainDefinition, type KnownChains } from './metadata.js';

const METADATA = readFileSync(new URL('../../chain/metadata.scale', import.meta.url));
const chain: Chain = { name: 'medshare development', genesis: `0x${'ab'.repeat(32)}`, development: true, prefix: 42, symbol: 'MDS', decimals: 12 };

const node = (send = vi.fn((_method: string, _params: unknown[]) => Promise.resolve(u8aToHex(METADATA)))) => ({
  client: { runtimeVersion: { specVersion: 7 }, provider: { send } } as unknown as Client,
  send,
});

/** A wallet that knows chains already, and whose user answers. */
const wallet = (known: Awaited<ReturnType<KnownChains['get']>>, answer: () => Promise<boolean> = () => Promise.resolve(true)) => {
  const provide = vi.fn((_definition: ChainDefinition) => answer());
  return { get: () => Promise.resolve(known), provide };
};

describe('a wallet', () => {
  it.each([
    [[]],
    [[{ genesisHash: `0x${'cd'.repeat(32)}`, specVersion: 7 }]],
    [[{ genesisHash: chain.genesis, specVersion: 6 }]],
  ])('that knows %j is offered this runtime of this chain', async (known) => {
    const { client, send } = node();
    const asked = wallet(known);
    expect(await introduce(asked, client, chain)).toBe(true);
    expect(send.mock.calls).toEqual([['state_getMetadata', []]]);
    const { metaCalls, ...definition } = asked.provide.mock.calls[0]![0];
    expect(definition).toEqual({
      chain: 'medshare development',
      genesisHash: chain.genesis,
      icon: 'substrate',
      ss58Format: 42,
      chainType: 'substrate',
      specVersion: 7,
      tokenDecimals: 12,
      tokenSymbol: 'MDS',
      types: {},
    });
    expect(Buffer.from(metaCalls, 'base64').equals(METADATA)).toBe(true);
  });

  it('that knows it is left alone', async () => {
    const { client, send } = node();
    const asked = wallet([{ genesisHash: chain.genesis, specVersion: 7 }]);
    expect(await introduce(asked, client, chain)).toBe(true);
    expect(asked.provide).not.toHaveBeenCalled();
    expect(send).not.toHaveBeenCalled();
  });

  it('whose user refuses, or that cannot, is no error', async () => {
    const { client } = node();
    expect(await introduce(wallet([], () => Promise.reject(new Error('Rejected'))), client, chain)).toBe(false);
    expect(await introduce(wallet([], () => Promise.resolve(false)), client, chain)).toBe(false);
    expect(await introduce({ ...wallet([]), get: () => Promise.reject(new Error('Not allowed')) }, client, chain)).toBe(false);
    const lost = node(vi.fn(() => Promise.reject(new Error('disconnected'))));
    expect(await introduce(wallet([]), lost.client, chain)).toBe(false);
  });
});
