import { expect, test } from 'vitest';
import type { TraceItem } from '../../chain/index-client.js';
import { creditEntries } from './credit-events.js';

const item = (change: Partial<TraceItem> = {}): TraceItem => ({
  block: 7,
  hash: '0x',
  time: 1_000,
  index: 2,
  final: true,
  by: null,
  pallet: 'Credit',
  event: 'Noted',
  fields: { who: 'me', event: 'SaleSettled', points: '5000', score: 12_500 },
  ...change,
});

test('what moved the score is told with its points, also where they are written as text', () => {
  expect(creditEntries([item()], (who) => who === 'me')).toEqual([{ key: '7-2', time: 1_000, event: 'SaleSettled', points: 5000, score: 12_500 }]);
});

test('events of others, of other pallets, and of unknown forms are left out', () => {
  const others = [
    item({ fields: { ...item().fields, who: 'other' } }),
    item({ pallet: 'Audits' }),
    item({ event: 'TierChanged' }),
    item({ fields: { ...item().fields, event: 'New' } }),
    item({ fields: { ...item().fields, points: 'many' } }),
  ];
  expect(creditEntries(others, (who) => who === 'me')).toEqual([]);
});
