// The vaults that this app knows: which of them is which account, and what is brought to and fetched from them.

import { MedshareError, VaultClient, collect, decodeAccount, type Progress, type Signer } from 'medshare-js';
import type { Hex } from '../chain/shapes.js';
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

/** Whether an error of fetching says that a vault does not have the blob as it is registered, and not that it would not give it. */
export const isMissing = (error: unknown): boolean => {
  const { code, problem } = (error ?? {}) as { code?: unknown; problem?: { code?: unknown } };
  if (code === 'WrongBlob' || code === 'WrongCiphertext') return true;
  return code === 'Refused' && (problem?.code === 'blob-unknown' || problem?.code === 'blob-damaged');
};

/** How the vault of a locator answered; no `error` if it could not be asked. */
export interface Answer {
  readonly vault: string;
  readonly error?: unknown;
}

/**
 * Why a record could not be fetched. That it is missing is said only if every one of its vaults was asked and said so.
 *
 * `failures`: of those vaults that could not be connected with, whichever they are.
 */
export const whyNotFetched = (record: number, answers: readonly Answer[], failures: readonly unknown[]): unknown => {
  const other = answers.findLast(({ error }) => error !== undefined && !isMissing(error));
  if (other) return other.error;
  const unasked = answers.filter(({ error }) => error === undefined);
  if (unasked.length === 0 && answers.length > 0) return answers.at(-1)?.error;
  return (
    failures[0] ??
    new MedshareError('Unreachable', `none of the vaults that this app knows holds record ${record}`, {
      hint: `It is at ${unasked.map(({ vault }) => vault).join(', ')}: name the address of that vault under Settings.`,
    })
  );
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
 * @throws {MedshareError} as `whyNotFetched` says.
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
  const answers: Answer[] = [];
  for (const { vault: account, blob } of content.locators) {
    const vault = vaults.find(({ info }) => isSameAccount(info.account, account));
    if (!vault) {
      answers.push({ vault: account });
      continue;
    }
    try {
      const options = { ...(progress ? { progress } : {}), ...(signal ? { signal } : {}) };
      const what = { record, version, blob, size: content.size };
      return (await collect((sink) => vault.download(signer, what, sink, options))).blob;
    } catch (error) {
      if (signal?.aborted) throw error;
      answers.push({ vault: account, error });
    }
  }
  throw whyNotFetched(record, answers, failures);
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
