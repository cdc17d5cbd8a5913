import { expect, test } from 'vitest';
import type { MedshareTypesAccessGrant } from '../../chain/types/medshare/index.js';
import { basisOf, endOf, givenOf, grantState } from './grants.js';

test('a grant of the state says what one of the index says', () => {
  const grant: MedshareTypesAccessGrant = {
    basis: { type: 'Order', value: 5n },
    purpose: {
      use: { type: 'DiseaseResearch', value: { system: 'Mondo', code: '1' } },
      commercial: true,
      forProfit: false,
      ethicsApproval: true,
      willPublish: false,
    },
    granteeKey: '0x',
    sealed: { c1: '0x', c2: '0x', proof: { challenge: '0x', responseP: '0x', responseS: '0x' } },
    at: 1n,
    expires: 9n,
  };
  expect(givenOf([3n, 2, 'who'], grant)).toEqual({
    record: 3,
    version: 2,
    grantee: 'who',
    basis: { Order: 5 },
    purpose: {
      use: { DiseaseResearch: { system: 'Mondo', code: '1' } },
      commercial: true,
      for_profit: false,
      ethics_approval: true,
      will_publish: false,
    },
    expires: 9,
    revoked: null,
  });
  const basisIn = (basis: MedshareTypesAccessGrant['basis']): unknown => givenOf([3n, 2, 'who'], { ...grant, basis }).basis;
  expect(basisIn({ type: 'Request', value: 6n })).toEqual({ Request: 6 });
  expect(basisIn({ type: 'Direct' })).toBe('Direct');
  expect(basisOf({ Order: 5 })).toBe('Order');
  expect(basisOf({ Request: 5 })).toBe('Request');
  expect(basisOf('Direct')).toBe('Direct');
});

test('a grant ends when it is revoked, or at its time', () => {
  expect(grantState({ revoked: null, expires: null }, 10)).toBe('active');
  expect(grantState({ revoked: null, expires: 11 }, 10)).toBe('active');
  expect(grantState({ revoked: null, expires: 10 }, 10)).toBe('expired');
  expect(grantState({ revoked: 5, expires: null }, 10)).toBe('revoked');
});

test('a bought grant cannot be ended while money of its order is on hold, whether it is in force or not', () => {
  const open = new Set([5]);
  const bought = { basis: { Order: 5 }, revoked: null, expires: null } as const;
  expect(endOf(bought, 10, open)).toEqual({ held: 5 });
  expect(endOf({ ...bought, expires: 20 }, 10, open)).toEqual({ held: 5 });
  expect(endOf({ ...bought, expires: 9 }, 10, open)).toEqual({ held: 5 });
  expect(endOf(bought, 10, new Set())).toBe('revoke');
  expect(endOf({ ...bought, basis: { Order: 6 } }, 10, open)).toBe('revoke');
});

test('no order keeps a grant that was not bought, also not one with the number of its request', () => {
  const given = { basis: { Request: 5 }, revoked: null, expires: null } as const;
  expect(endOf(given, 10, new Set([5]))).toBe('revoke');
  expect(endOf({ ...given, basis: 'Direct' }, 10, new Set([5]))).toBe('revoke');
  expect(endOf({ ...given, revoked: 5 }, 10, new Set([5]))).toBe('clear');
  expect(endOf({ ...given, expires: 10 }, 10, new Set([5]))).toBe('clear');
});
