import { describe, expect, it } from 'vitest';
import { pageOf, readSought } from './find.js';

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';
const HASH = `0x${'0a'.repeat(32)}`;

describe('what is sought', () => {
  it.each([
    ['12', '/explorer/find/12'],
    [' #1,234 ', '/explorer/find/1234'],
    [ALICE, `/explorer/account/${ALICE}`],
    // The same account with another chain's prefix.
    ['15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5', `/explorer/account/${ALICE}`],
    [HASH.toUpperCase().replace('X', 'x'), `/explorer/find/${HASH}`],
  ])('%j leads to %s', (text, page) => {
    const sought = readSought(text);
    expect(sought && pageOf(sought)).toBe(page);
  });

  it.each(['', 'Alice', '-1', '99999999999999999999', '0x12', `${ALICE}x`, ALICE.replace('5G', '5H')])('%j is nothing', (text) => {
    expect(readSought(text)).toBeUndefined();
  });
});
