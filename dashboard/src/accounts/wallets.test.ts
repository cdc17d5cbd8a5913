import { afterEach, expect, test, vi } from 'vitest';
import { genericAddress, openWallet, wallets } from './wallets.js';

afterEach(() => vi.unstubAllGlobals());

test('addresses of one account become one text, whatever their prefixes', () => {
  const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
  expect(genericAddress(alice)).toBe(alice);
  expect(genericAddress('15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5')).toBe(alice);
  expect(genericAddress('none')).toBe('none');
});

test('a wallet gives its accounts whether or not its user lets it know the chain', async () => {
  const accounts = [{ address: 'A', name: 'Bank', type: 'sr25519' }, { address: '0x1', type: 'ethereum' }];
  const signer = {};
  const metadata = { get: vi.fn(() => Promise.resolve([])), provide: vi.fn(() => Promise.reject(new Error('Rejected'))) };
  const injected = { accounts: { get: () => Promise.resolve(accounts) }, signer };
  vi.stubGlobal('window', {
    injectedWeb3: { talisman: { enable: () => Promise.resolve({ ...injected, metadata }) }, other: { connect: () => Promise.resolve(injected) } },
  });
  expect(wallets()).toEqual([{ id: 'talisman', name: 'Talisman' }, { id: 'other', name: 'other' }]);
  expect(await openWallet('talisman')).toMatchObject({ accounts: [{ address: 'A', name: 'Bank' }], signer, chains: metadata });
  // That is offered afterwards, and nobody waits for it.
  expect(metadata.provide).not.toHaveBeenCalled();
  expect((await openWallet('other')).chains).toBeUndefined();
});
