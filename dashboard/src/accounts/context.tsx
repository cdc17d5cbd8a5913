// Who acts: an account of a wallet, a development account, or that of an opened key file; and whose keys are open.

import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { walletSigner, type Signer } from 'medshare-js';
import { useChain, useClient } from '../chain/context.js';
import type { TransactionSigner } from '../chain/send.js';
import { openDevelopment, openKeyFile, type OpenKeyring } from '../keys/keyring.js';
import { introduce } from './metadata.js';
import { genericAddress, openWallet, type OpenWallet } from './wallets.js';

export interface Account {
  /** SS58 with the generic prefix, as the node writes addresses, whatever its source writes. */
  readonly address: string;
  readonly name: string;
  /** Where it is from: `development`, `key-file`, or the wallet's name. */
  readonly source: string;
  /** Who signs transactions. */
  readonly transactions: TransactionSigner;
  /** Who signs requests to vaults. */
  readonly requests: Signer;
}

interface Accounts {
  /** The account that acts. */
  readonly account: Account | undefined;
  /** All that can be chosen. */
  readonly accounts: readonly Account[];
  /** The open encryption keys, if any. They need not be of the account that acts. */
  readonly keyring: OpenKeyring | undefined;
  choose(address: string | undefined): void;
  /** Asks a wallet for its accounts. */
  connectWallet(id: string): Promise<void>;
  /** Acts as a development account, with its keys. */
  actAs(name: string): Promise<void>;
  /** Opens a key file; acts as its account unless a wallet's acts. */
  openKeys(file: string, passphrase: string): Promise<void>;
  /** Takes keys that were made here, as if their file had been opened. */
  takeKeys(keyring: OpenKeyring): void;
  /** Forgets the keys. */
  lock(): void;
}

const AccountContext = createContext<Accounts | undefined>(undefined);

export const useAccounts = (): Accounts => {
  const value = useContext(AccountContext);
  if (!value) throw new Error('outside of AccountProvider');
  return value;
};

const ofKeyring = (keyring: OpenKeyring, name: string, source: string): Account => ({
  address: keyring.keys.address,
  name,
  source,
  transactions: { kind: 'keys', address: keyring.keys.address, sign: (payload) => keyring.signBytes(payload) },
  requests: keyring.signer,
});

export const AccountProvider = ({ children }: { children: ReactNode }): ReactNode => {
  const chain = useChain();
  const client = useClient();
  const [wallets, setWallets] = useState<readonly OpenWallet[]>([]);
  const [opened, setOpened] = useState<{ keyring: OpenKeyring; account: Account }>();
  const [chosen, setChosen] = useState<string>();
  const watches = useRef<(() => void)[]>([]);
  /** Which runtime of which chain each wallet was offered: who refuses is not asked again with every connection. */
  const offered = useRef(new Map<string, string>());

  const lock = useCallback(() => {
    setOpened((open) => {
      open?.keyring.lock();
      return undefined;
    });
  }, []);
  useEffect(() => () => watches.current.forEach((stop) => stop()), []);
  useEffect(() => {
    if (!client || !chain) return;
    for (const { id, chains } of wallets) {
      const runtime = `${chain.genesis} ${client.runtimeVersion.specVersion}`;
      if (!chains || offered.current.get(id) === runtime) continue;
      offered.current.set(id, runtime);
      // Its accounts can be used meanwhile, whatever comes of it.
      void introduce(chains, client, chain);
    }
  }, [wallets, client, chain]);
  // What everybody knows is no identity on a chain that matters.
  const development = chain?.development;
  useEffect(() => {
    if (development === false && opened?.account.source === 'development') lock();
  }, [development, opened, lock]);

  const adopt = useCallback((keyring: OpenKeyring, name: string, source: string) => {
    const account = ofKeyring(keyring, name, source);
    setOpened((before) => {
      before?.keyring.lock();
      return { keyring, account };
    });
    return account;
  }, []);

  const accounts = useMemo<readonly Account[]>(
    () => [
      ...(opened ? [opened.account] : []),
      ...wallets.flatMap(({ name: source, accounts: listed, signer }) =>
        listed.map(
          ({ address, name }): Account => ({
            address: genericAddress(address),
            name,
            source,
            transactions: { kind: 'wallet', address, signer },
            requests: walletSigner(address, signer),
          }),
        ),
      ),
    ],
    [opened, wallets],
  );

  // As they are once the keys are open, which takes a second or two.
  const ofWallets = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    ofWallets.current = new Set(wallets.flatMap((wallet) => wallet.accounts.map(({ address }) => genericAddress(address))));
  }, [wallets]);
  const takeKeys = useCallback(
    (keyring: OpenKeyring) => {
      const { address } = adopt(keyring, '', 'key-file');
      // Who acted with keys that are replaced, or were locked, can act no more; a wallet's account can.
      setChosen((before) => (before !== undefined && ofWallets.current.has(before) ? before : address));
    },
    [adopt],
  );

  const value = useMemo<Accounts>(
    () => ({
      account: accounts.find(({ address }) => address === chosen),
      accounts,
      keyring: opened?.keyring,
      choose: setChosen,
      connectWallet: async (id) => {
        const wallet = await openWallet(id);
        offered.current.delete(id);
        setWallets((known) => [...known.filter((one) => one.id !== id), wallet]);
        const [first] = wallet.accounts;
        setChosen((before) => before ?? (first && genericAddress(first.address)));
        watches.current.push(
          wallet.watch((listed) =>
            setWallets((known) => known.map((one) => (one.id === id ? { ...one, accounts: listed } : one))),
          ),
        );
      },
      actAs: async (name) => {
        const keyring = await openDevelopment(name);
        setChosen(adopt(keyring, name, 'development').address);
      },
      openKeys: async (file, passphrase) => takeKeys(await openKeyFile(file, passphrase)),
      takeKeys,
      lock,
    }),
    [accounts, chosen, opened, adopt, takeKeys, lock],
  );
  return <AccountContext value={value}>{children}</AccountContext>;
};
