// What a wallet has to know of a chain to show in words what it signs: without it, it shows bytes.

import { hexToU8a } from 'dedot/utils';
import type { Chain, Client } from '../chain/connection.js';
import type { Hex } from '../chain/shapes.js';

/** A chain as wallets are told of it: `MetadataDef` of `@polkadot/extension-inject`. */
export interface ChainDefinition {
  readonly chain: string;
  readonly genesisHash: Hex;
  readonly icon: string;
  readonly ss58Format: number;
  readonly chainType: 'substrate';
  readonly specVersion: number;
  readonly tokenDecimals: number;
  readonly tokenSymbol: string;
  /** Types that the metadata do not have. */
  readonly types: Readonly<Record<string, string>>;
  /** The runtime's metadata, in base64. */
  readonly metaCalls: string;
}

/** What a wallet knows of chains: `InjectedMetadata` of `@polkadot/extension-inject`. */
export interface KnownChains {
  get(): Promise<readonly { readonly genesisHash: string; readonly specVersion: number }[]>;
  /** Offers a chain. The wallet asks its user. */
  provide(definition: ChainDefinition): Promise<boolean>;
}

/**
 * Offers a wallet what it has to know of the chain, if it does not know this runtime of it. Whether it knows it in the end: a wallet
 * whose user refuses, or that cannot, signs all the same.
 */
export const introduce = async (known: KnownChains, client: Client, chain: Chain): Promise<boolean> => {
  try {
    const { specVersion } = client.runtimeVersion;
    const isThis = (one: { genesisHash: string; specVersion: number }): boolean => one.genesisHash === chain.genesis && one.specVersion === specVersion;
    if ((await known.get()).some(isThis)) return true;
    // Of version 14, which every wallet can read.
    const metadata = hexToU8a(await client.provider.send<Hex>('state_getMetadata', []));
    return await known.provide({
      chain: chain.name,
      genesisHash: chain.genesis,
      icon: 'substrate',
      ss58Format: chain.prefix,
      chainType: 'substrate',
      specVersion,
      tokenDecimals: chain.decimals,
      tokenSymbol: chain.symbol,
      types: {},
      metaCalls: btoa(Array.from(metadata, (byte) => String.fromCharCode(byte)).join('')),
    });
  } catch {
    return false;
  }
};
