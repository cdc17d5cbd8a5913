// What the worker does with keys that are open, without the thread.

import { Identity, verifyPossession } from 'medshare-js';
import { expect, it, vi } from 'vitest';
import type { Answer, KeyWorker } from './protocol.js';

const exposed = vi.hoisted(() => ({ worker: undefined as unknown }));
vi.mock('comlink', () => ({ expose: (worker: unknown) => void (exposed.worker = worker) }));
// The work factor of key files is for whoever guesses passphrases, and takes seconds.
const { toKeyFile } = Identity.prototype;
vi.spyOn(Identity.prototype, 'toKeyFile').mockImplementation(function quick(this: Identity, passphrase) {
  return toKeyFile.call(this, passphrase, { workFactor: 1 });
});

const taken = async <T>(asked: Promise<Answer<T>>): Promise<T> => {
  const answer = await asked;
  if ('error' in answer) throw new Error(answer.error.code);
  return answer.ok;
};

await import('./worker.js');
const worker = exposed.worker as KeyWorker;

it('without keys nothing is made of them', async () => {
  await expect(taken(worker.withNewKey('correct horse', 'battery staple'))).rejects.toThrow('Locked');
});

it('a new key is in a new file, with all that the old one has, and changes nothing that is open', async () => {
  const { keys: before, file } = await taken(worker.create('correct horse'));
  const renewed = await taken(worker.withNewKey('correct horse', 'battery staple'));
  await expect(Identity.fromKeyFile(renewed, 'correct horse')).rejects.toMatchObject({ code: 'WrongPassphrase' });
  const next = await Identity.fromKeyFile(renewed, 'battery staple');
  expect(next.address).toBe(before.address);
  expect(next.publicKeys.slice(1)).toEqual(before.publicKeys);
  expect(next.newestKey).not.toBe(before.publicKeys[0]);
  expect((await Identity.fromKeyFile(file, 'correct horse')).publicKeys).toEqual(before.publicKeys);
  await taken(worker.possession(`0x${'01'.repeat(32)}`, before.address));
});

it('a file with too short a passphrase is not made', async () => {
  await taken(worker.create('correct horse'));
  await expect(taken(worker.withNewKey('correct horse', 'short'))).rejects.toThrow('Invalid');
  await expect(taken(worker.create('short'))).rejects.toThrow('Invalid');
});

it('that keys are open gives nobody a file of them: whoever wants one knows the passphrase of theirs', async () => {
  const { file } = await taken(worker.create('correct horse'));
  for (const guess of ['', 'battery staple', 'correct hors']) {
    await expect(taken(worker.withNewKey(guess, 'battery staple'))).rejects.toThrow('WrongPassphrase');
  }
  // It is that of the file that is open now, and not of one before.
  const renewed = await taken(worker.withNewKey('correct horse', 'battery staple'));
  await taken(worker.open(renewed, 'battery staple'));
  await expect(taken(worker.withNewKey('correct horse', 'one more of them'))).rejects.toThrow('WrongPassphrase');
  // A file that does not open changes nothing.
  await expect(taken(worker.open(file, 'one more of them'))).rejects.toThrow('WrongPassphrase');
  const twice = await taken(worker.withNewKey('battery staple', 'one more of them'));
  expect((await Identity.fromKeyFile(twice, 'one more of them')).publicKeys).toHaveLength(3);
});

it('keys that everybody knows are in no file', async () => {
  await taken(worker.create('correct horse'));
  await taken(worker.development('Alice'));
  await expect(taken(worker.withNewKey('correct horse', 'battery staple'))).rejects.toThrow('Invalid');
});

it('the newest key is proven to be known, for any account', async () => {
  const genesis = `0x${'ab'.repeat(32)}` as const;
  const { publicKeys } = await taken(worker.development('Alice'));
  const wallet = Identity.development('Bob').address;
  const proof = await taken(worker.possession(genesis, wallet));
  verifyPossession(publicKeys[0]!, proof, genesis, wallet);
});
