import { Identity, verifyPossession } from 'medshare-js';
import { expect, test } from 'vitest';
import { parseApplication } from '../council/application.js';
import { LEAST, wrongWith } from './passphrase.js';
import { applicationText, standingOf } from './standing.js';

test('a passphrase is long enough, and twice the same', () => {
  expect(wrongWith('', '')).toBe('short');
  expect(wrongWith('x'.repeat(LEAST - 1), 'x'.repeat(LEAST - 1))).toBe('short');
  expect(wrongWith('correct horse', 'correct house')).toBe('differs');
  expect(wrongWith('correct horse', 'correct horse')).toBeUndefined();
  // Characters count, not the two units that some of them take.
  expect(wrongWith('🐎'.repeat(LEAST - 1), '🐎'.repeat(LEAST - 1))).toBe('short');
});

test('a passphrase of the least length is one that key files take', async () => {
  const keys = Identity.development('Alice');
  await expect(keys.toKeyFile('x'.repeat(LEAST), { workFactor: 1 })).resolves.toContain('AGE ENCRYPTED FILE');
  await expect(keys.toKeyFile('x'.repeat(LEAST - 1), { workFactor: 1 })).rejects.toMatchObject({ code: 'Invalid' });
});

test('a key is only published that takes the place of another', () => {
  expect(standingOf('0x01', ['0x01', '0x02'], true)).toBe('current');
  expect(standingOf('0x02', ['0x01', '0x02'], false)).toBe('older');
  expect(standingOf('0x03', ['0x01', '0x02'], false)).toBe('other');
  expect([standingOf('0x02', ['0x01', '0x02'], true), standingOf('0x03', ['0x01'], true)]).toEqual(['used', 'used']);
});

test('an application is what hospitals read, also for an account that is not the file’s own', () => {
  const genesis = `0x${'ab'.repeat(32)}` as const;
  const keys = Identity.generate();
  const wallet = Identity.development('Bob').address;
  const proof = keys.keyPair(keys.newestKey).provePossession(genesis, wallet);
  const read = parseApplication(applicationText(wallet, keys.newestKey, proof, genesis), genesis);
  expect(read).toEqual({ account: wallet, key: keys.newestKey, proof });
  verifyPossession(keys.newestKey, proof, genesis, wallet);
  expect(parseApplication(applicationText(wallet, keys.newestKey, proof, genesis), '0x00')).toBe('other-chain');
});
