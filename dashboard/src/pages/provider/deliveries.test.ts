import { expect, test } from 'vitest';
import type { OrderState, SealedKey, Seat } from '../../chain/shapes.js';
import { cancelProposal, dueKeys, earningsOf, isPressing, isToSettle, purposeOf, type HeldReview, type SoldOrder } from './deliveries.js';

const me = 'me';
const SEALED: SealedKey = { c1: '0x', c2: '0x', proof: { challenge: '0x', response_p: '0x', response_s: '0x' } };
const seat = (auditor: string, more: Partial<Seat> = {}): Seat => ({ auditor, key: '0x', sealed: null, due: 100, vote: null, ...more });
const review = (more: Partial<HeldReview> = {}): HeldReview => ({
  subject: { Record: { record: 1, version: 1 } },
  record: 1,
  version: 1,
  state: 'Open',
  panel: [seat('a'), seat('b', { sealed: SEALED }), seat('c', { due: 10 })],
  opened: 0,
  ...more,
});
const order = (more: Partial<SoldOrder> = {}): SoldOrder => ({
  order: 5,
  record: 1,
  version: 1,
  buyer: 'b',
  seller: me,
  placed: 0,
  deliver_by: 50,
  state: { Open: { cancel: null } },
  ...more,
});

test('keys go to those who lack them and can still take them, the most urgent first', () => {
  const due = dueKeys(me, [review()], [order()], 20);
  expect(due.map(({ kind, until }) => [kind, until])).toEqual([['order', 50], ['panel', 100]]);
  const panel = due[1]!;
  expect(panel.kind === 'panel' && panel.seats.map(({ auditor }) => auditor)).toEqual(['a']);
});

test('a panel that is drawing already takes keys, a decided one does not', () => {
  expect(dueKeys(me, [review({ state: { Drawing: { at: 9 } } })], [], 0)).toHaveLength(1);
  expect(dueKeys(me, [review({ state: { Decided: 'Approve' } }), review({ state: 'Lapsed' })], [], 0)).toEqual([]);
});

test('orders are delivered in time, by their seller, unless it has said no', () => {
  expect(dueKeys(me, [], [order({ state: { Open: { cancel: 'Buyer' } } })], 0)).toHaveLength(1);
  expect(dueKeys(me, [], [order({ state: { Open: { cancel: 'Seller' } } })], 0)).toEqual([]);
  expect(dueKeys(me, [], [order({ seller: 'other' })], 0)).toEqual([]);
  expect(dueKeys(me, [], [order()], 50)).toEqual([]);
  expect(dueKeys(me, [], [order({ state: 'Settled' })], 0)).toEqual([]);
  expect(cancelProposal('Settled')).toBeUndefined();
  expect(cancelProposal({ Delivered: { settles_at: 1 } })).toBeUndefined();
});

test('a key is sealed for what it is due for', () => {
  const [first] = dueKeys(me, [review()], [], 0);
  const [claim] = dueKeys(me, [review({ subject: { Claim: { order: 9 } } })], [], 0);
  const [sold] = dueKeys(me, [], [order()], 0);
  expect([first, claim, sold].map((due) => purposeOf(due!))).toEqual(['audit', { claim: 9 }, { order: 5 }]);
});

test('it presses when less than a quarter of the time is left', () => {
  expect(isPressing(0, 100, 75)).toBe(false);
  expect(isPressing(0, 100, 76)).toBe(true);
});

test('earnings count each part of a price once', () => {
  const money = (state: OrderState) => ({ price: '1000', retained: '100', fee: '50', state });
  const states: OrderState[] = [{ Open: { cancel: null } }, { Delivered: { settles_at: 1 } }, { Claimed: { rule_by: 1 } }, 'Settled', 'Refunded', 'Cancelled', 'Expired'];
  const sum = earningsOf(states.map(money));
  expect(sum).toEqual({ received: 4n * 850n + 100n, retained: 200n, promised: 1000n, fees: 200n, returned: 100n, delivered: 4 });
  const { received, retained, fees, returned } = sum;
  expect(received + retained + fees + returned).toBe(4n * 1000n);
});

test('an order can be settled once the time to claim, or to rule, is over', () => {
  const at = (state: OrderState): readonly boolean[] => [9, 10].map((now) => isToSettle(state, now));
  expect(at({ Delivered: { settles_at: 10 } })).toEqual([false, true]);
  expect(at({ Claimed: { rule_by: 10 } })).toEqual([false, true]);
  for (const state of [{ Open: { cancel: null } }, 'Settled', 'Refunded', 'Cancelled', 'Expired'] as const) expect(at(state)).toEqual([false, false]);
});
