// The vaults that this app knows: which of them is which account, and what is brought to and fetched from them.

import { MedshareError, VaultClient, collect, decodeAccount, type Progress, type Signer } from 'medshare-js';
import type { Hex } from '../chain/index-client.js';
import type { Locator, RecordVersion } from '../chain/node-client.js';

/** Whether two addresses are of one account, whatever their prefixes. */
export const isSameAccount = (a: string, b: string): boolean => {
  if (a === b) return true;
  try {
    const [one, other] = [decodeAccount(a), decodeAccount(b)];
    return one.every((byte, i) => byte === other[i]);
  } catch {
    return false;
  }
};

/** Connects with the vaults at these addresses; those that do not answer, or are of another chain, are told apart. */
export const connectVaults = async (
  addresses: readonly string[],
  genesis: Hex,
): Promise<{ vaults: readonly VaultClient[]; failures: readonly unknown[] }> => {
  const results = await Promise.allSettled(addresses.map((address) => VaultClient.connect(address, { genesis })));
  return {
    vaults: results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : [])),
    failures: results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : [])),
  };
};

/** What is fetched. */
export interface Wanted {
  readonly record: number;
  readonly version: number;
  readonly content: Pick<RecordVersion['content'], 'size' | 'locators' | 'ciphertext'>;
}

/**
 * Fetches the ciphertext of a version from the first of its vaults that gives it.
 *
 * @throws {MedshareError} of the last vault that was asked; `Unreachable` if this app knows none of them.
 */
export const fetchCiphertext = async (
  { record, version, content }: Wanted,
  { addresses, genesis, signer, progress, signal }: {
    readonly addresses: readonly string[];
    readonly genesis: Hex;
    readonly signer: Signer;
    readonly progress?: Progress;
    readonly signal?: AbortSignal;
  },
): Promise<Blob> => {
  const { vaults, failures } = await connectVaults(addresses, genesis);
  let failure: unknown;
  for (const { vault: account, blob } of content.locators) {
    const vault = vaults.find(({ info }) => isSameAccount(info.account, account));
    if (!vault) continue;
    try {
      const options = { ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) };
      const what = { record, version, blob, size: content.size };
      return (await collect((sink) => vault.download(signer, what, sink, options))).blob;
    } catch (error) {
      if (signal?.aborted) throw error;
      failure = error;
    }
  }
  if (failure === undefined) failure = failures[0];
  throw (
    failure ??
    new MedshareError('Unreachable', `none of the vaults that this app knows holds record ${record}`, {
      hint: `It is at ${content.locators.map(({ vault }) => vault).join(', ')}: name the address of that vault under Settings.`,
    })
  );
};

/**
 * Brings an envelope to a vault; a large one is gone on with where an earlier attempt broke off.
 *
 * @throws {MedshareError} what the vault says.
 */
export const bring = async (vault: VaultClient, signer: Signer, envelope: Blob, progress?: Progress): Promise<Locator> => {
  const { blob } = await vault.upload(signer, envelope, progress ? { progress } : {});
  return { vault: vault.info.account, blob };
};
