import { expect, test } from 'vitest';
import type { MedshareTypesAccessGrant } from '../../chain/types/medshare/index.js';
import { basisOf, givenOf, grantState } from './grants.js';

test('a grant of the state says what one of the index says', () => {
  const grant: MedshareTypesAccessGrant = {
    basis: { type: 'Order', value: 5n },
    purpose: {
      rUse: { type: 'DiseaseResearch', value: { system: 'Mondo', code: '1' } },
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
    basis: 'Order',
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
