// The keys, in a worker of their own: opening a key file takes a second in which nothing else runs, and the page cannot read
// what is in here. Ending the worker is how keys are forgotten.

import { expose } from 'comlink';
import {
  Identity,
  KeyPair,
  MedshareError,
  RecordKey,
  collect,
  openCommitment,
  openEnvelope,
  openSealed,
  sealEnvelope,
  sealKey,
} from 'medshare-js';
import type { Answer, KeyWorker, OpenKeys } from './protocol.js';

/** What is open, and the text of its file; development accounts have none. */
let opened: { readonly keys: Identity; readonly file?: string } | undefined;

const answer = async <T>(ask: () => T | Promise<T>): Promise<Answer<T>> => {
  try {
    return { ok: await ask() };
  } catch (error) {
    if (error instanceof MedshareError) {
      const { code, message, hint } = error;
      return { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
    }
    return { error: { code: 'Broken', message: error instanceof Error ? error.message : String(error) } };
  }
};

const withKeys = <T>(ask: (keys: Identity) => T | Promise<T>): Promise<Answer<T>> => {
  const keys = opened?.keys;
  if (keys) return answer(() => ask(keys));
  return Promise.resolve({ error: { code: 'Locked', message: 'no keys are open' } });
};

const use = (keys: Identity, file?: string): OpenKeys => {
  opened = file === undefined ? { keys } : { keys, file };
  return { address: keys.address, account: keys.account, publicKeys: keys.publicKeys };
};

const worker: KeyWorker = {
  open: (file, passphrase) => answer(async () => use(await Identity.fromKeyFile(file, passphrase), file)),
  development: (name) => answer(() => use(Identity.development(name))),
  create: (passphrase) =>
    answer(async () => {
      const keys = Identity.generate();
      const file = await keys.toKeyFile(passphrase);
      return { keys: use(keys, file), file };
    }),
  sign: (text) => withKeys((keys) => keys.sign(text)),
  signBytes: (bytes) => withKeys((keys) => keys.signBytes(bytes)),
  // What is open stays as it is: nothing is done with a key before its file is kept. That keys are open lets nobody have them under a
  // passphrase of their own: neither another script in the page, nor whoever comes to an unlocked computer.
  withNewKey: (current, next) => {
    const file = opened?.file;
    return withKeys(async () => {
      if (file === undefined) {
        throw new MedshareError('Invalid', 'the open keys are those of a development account, which has no key file', {
          hint: 'Open a key file, or make one.',
        });
      }
      const keys = await Identity.fromKeyFile(file, current);
      const pairs = [KeyPair.generate(), ...keys.publicKeys.map((key) => keys.keyPair(key))];
      return Identity.fromSeed(keys.seed(), pairs).toKeyFile(next);
    });
  },
  possession: (genesis, account) => withKeys((keys) => keys.keyPair(keys.newestKey).provePossession(genesis, account)),
  seal: (document, descriptor, ownerKey, progress) =>
    withKeys(async () => {
      const key = RecordKey.generate();
      const commitment = key.commit(ownerKey);
      const { blob: envelope, result } = await collect((sink) => sealEnvelope(document, key, sink, { progress }));
      const { plaintextSize, ...registered } = result;
      if (plaintextSize !== descriptor.plaintext_size) {
        // What was described is not what was sealed: auditors would reject it.
        throw new MedshareError('Unreadable', 'the file changed while it was being sealed', { hint: 'Choose it again.' });
      }
      return { envelope, sealed: { ...registered, commitment, descriptor } };
    }),
  decrypt: (envelope, source, registered) =>
    withKeys(async (keys) => {
      const key =
        'commitment' in source
          ? openCommitment(keys.keyPair(source.ownerKey), source.commitment)
          : openSealed(keys.keyPair(source.granteeKey), source.sealed);
      const { blob } = await collect((sink) => openEnvelope(envelope, key, registered, sink));
      return blob;
    }),
  sealTo: (ownerKey, commitment, granteeKey, context) =>
    withKeys((keys) => sealKey(keys.keyPair(ownerKey), commitment, granteeKey, context)),
};

expose(worker);
