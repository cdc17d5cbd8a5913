import { expect, test } from 'vitest';
import { genericAddress } from './wallets.js';

test('addresses of one account become one text, whatever their prefixes', () => {
  const alice = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
  expect(genericAddress(alice)).toBe(alice);
  expect(genericAddress('15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5')).toBe(alice);
  expect(genericAddress('none')).toBe('none');
});
