// Wallets in the browser: the interface that polkadot.js, Talisman, SubWallet and others inject.

import { decodeAccount, encodeAccount } from 'medshare-js';
import type { KnownChains } from './metadata.js';

/** How a wallet signs. */
export interface WalletSigner {
  signPayload?: (payload: never) => Promise<{ id: number; signature: `0x${string}`; signedTransaction?: `0x${string}` | Uint8Array }>;
  signRaw?: (payload: { address: string; data: string; type: 'bytes' }) => Promise<{ signature: string }>;
}

interface WalletAccount {
  readonly address: string;
  readonly name?: string;
  readonly type?: string;
}

interface Injected {
  readonly accounts: {
    get(anyType?: boolean): Promise<WalletAccount[]>;
    subscribe?(listener: (accounts: WalletAccount[]) => void): () => void;
  };
  readonly signer: WalletSigner;
  readonly metadata?: KnownChains;
}

interface InjectedWallet {
  readonly version?: string;
  enable?(origin: string): Promise<Injected>;
  connect?(origin: string): Promise<Injected>;
}

declare global {
  interface Window {
    injectedWeb3?: Record<string, InjectedWallet>;
  }
}

/** Names that people know for the identifiers that wallets inject. */
const NAMES: Record<string, string> = {
  'polkadot-js': 'polkadot.js',
  talisman: 'Talisman',
  'subwallet-js': 'SubWallet',
  'nova wallet': 'Nova Wallet',
};

/** An address with the generic prefix, so that addresses of one account are one text; what is none stays. */
export const genericAddress = (address: string): string => {
  try {
    return encodeAccount(decodeAccount(address));
  } catch {
    return address;
  }
};

export interface Wallet {
  readonly id: string;
  readonly name: string;
}

export interface OpenWallet extends Wallet {
  readonly accounts: readonly { readonly address: string; readonly name: string }[];
  readonly signer: WalletSigner;
  /** What it knows of chains, if it says that. */
  readonly chains: KnownChains | undefined;
  /** Calls back with the accounts whenever they change. Returns how to stop. */
  watch(listener: (accounts: OpenWallet['accounts']) => void): () => void;
}

/** The wallets of this browser. Some inject themselves a moment after the page has loaded: ask when they are needed. */
export const wallets = (): Wallet[] =>
  Object.keys(globalThis.window.injectedWeb3 ?? {}).map((id) => ({ id, name: NAMES[id.toLowerCase()] ?? id }));

/**
 * Asks a wallet to let this page see its accounts and ask for signatures. The wallet asks the user.
 *
 * @throws what the wallet says if the user or the wallet refuses.
 */
export const openWallet = async (id: string): Promise<OpenWallet> => {
  const wallet = globalThis.window.injectedWeb3?.[id];
  const open = wallet?.enable ?? wallet?.connect;
  if (!wallet || !open) throw new Error(`the wallet ${id} is not in this browser any more`);
  const injected = await open.call(wallet, 'medshare');
  // The chain's accounts are of 32 bytes; wallets also have Ethereum's, of 20.
  const usable = (accounts: WalletAccount[]): OpenWallet['accounts'] =>
    accounts
      .filter(({ type }) => type !== 'ethereum')
      .map(({ address, name }) => ({ address, name: name ?? '' }));
  return {
    id,
    name: NAMES[id.toLowerCase()] ?? id,
    accounts: usable(await injected.accounts.get()),
    signer: injected.signer,
    chains: injected.metadata,
    watch: (listener) => injected.accounts.subscribe?.((accounts) => listener(usable(accounts))) ?? (() => undefined),
  };
};
