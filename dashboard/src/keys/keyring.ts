// The page's side of the worker that has the keys.

import { proxy, wrap, type Remote } from 'comlink';
import type { Signer } from 'medshare-js';
import type { Answer, KeyFailure, KeyWorker, OpenKeys } from './protocol.js';

/** What the worker could not do, and what to do about it. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
  readonly code: KeyFailure['code'];
  readonly hint: string | undefined;

  constructor({ code, message, hint }: KeyFailure) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** The answer's value. */
const take = <T>(answer: Answer<T>): T => {
  if ('ok' in answer) return answer.ok;
  throw new KeyError(answer.error);
};

type Tail<F> = F extends (...args: infer A) => Promise<Answer<infer T>> ? (...args: A) => Promise<T> : never;
/** The worker's methods, which throw a {@link KeyError}. */
export type OpenKeyring = { readonly [M in Exclude<keyof KeyWorker, 'open' | 'development' | 'create'>]: Tail<KeyWorker[M]> } & {
  readonly keys: OpenKeys;
  /** Who signs requests to vaults. */
  readonly signer: Signer;
  /** Forgets the keys. What is being done with them ends with the code `Locked`, as does what is asked later. */
  lock(): void;
};

const start = async (open: (worker: Remote<KeyWorker>) => Promise<Answer<OpenKeys>>): Promise<OpenKeyring> => {
  const thread = new Worker(new URL('worker.ts', import.meta.url), { type: 'module', name: 'keys' });
  const worker = wrap<KeyWorker>(thread);
  const broken = new Promise<never>((_, reject) => {
    thread.addEventListener('error', (event) => {
      reject(new KeyError({ code: 'Broken', message: event.message || 'the worker with the keys could not be started' }));
    });
  });
  let lock = (): void => undefined;
  const locked = new Promise<never>((_, reject) => {
    lock = () => {
      thread.terminate();
      reject(new KeyError({ code: 'Locked', message: 'the keys were locked before this was done', hint: 'Open your key file and begin again.' }));
    };
  });
  for (const end of [broken, locked]) end.catch(() => undefined);
  const ask = async <T>(call: Promise<Answer<T>>): Promise<T> => take(await Promise.race([call, broken, locked]));
  try {
    const keys = await ask(open(worker));
    const sign = (text: string): ReturnType<OpenKeyring['sign']> => ask(worker.sign(text));
    return {
      keys,
      signer: { account: keys.account, sign },
      lock,
      sign,
      signBytes: (bytes) => ask(worker.signBytes(bytes)),
      withNewKey: (current, next) => ask(worker.withNewKey(current, next)),
      possession: (genesis, account) => ask(worker.possession(genesis, account)),
      seal: (document, descriptor, ownerKey, progress) => ask(worker.seal(document, descriptor, ownerKey, proxy(progress))),
      decrypt: (envelope, source, registered) => ask(worker.decrypt(envelope, source, registered)),
      sealTo: (ownerKey, commitment, granteeKey, context) => ask(worker.sealTo(ownerKey, commitment, granteeKey, context)),
    };
  } catch (error) {
    thread.terminate();
    throw error;
  }
};

/** Opens a key file. The passphrase is forgotten as soon as that is done. */
export const openKeyFile = (file: string, passphrase: string): Promise<OpenKeyring> =>
  start((worker) => worker.open(file, passphrase));

/** The keys of a development account. */
export const openDevelopment = (name: string): Promise<OpenKeyring> => start((worker) => worker.development(name));

/** A key file that was just written, and its keys, open. Nothing is to be done with them before the file is kept. */
export interface MadeKeys {
  readonly keyring: OpenKeyring;
  readonly file: string;
}

/** A new account with a new encryption key. */
export const createKeys = async (passphrase: string): Promise<MadeKeys> => {
  let file = '';
  const keyring = await start(async (worker) => {
    const made = await worker.create(passphrase);
    if ('error' in made) return made;
    file = made.ok.file;
    return { ok: made.ok.keys };
  });
  return { keyring, file };
};

/**
 * The open key file with one more encryption key, the newest, under a new passphrase; `current` is that of the open file. The new file
 * is opened again, so that one that does not open is not kept.
 *
 * @throws {KeyError} `WrongPassphrase` if `current` does not open the open file.
 */
export const renewKeys = async (open: OpenKeyring, current: string, next: string): Promise<MadeKeys> => {
  const file = await open.withNewKey(current, next);
  return { file, keyring: await openKeyFile(file, next) };
};
