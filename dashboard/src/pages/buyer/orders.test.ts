import { describe, expect, it } from 'vitest';
import { actionsOf, deadlineOf, type OrderFacts } from './orders.js';

const order = (state: OrderFacts['state']): OrderFacts => ({ state, deliver_by: 100, cleared: false });

describe('a buyer', () => {
  it('may propose to cancel, or agree, as long as the seller has time', () => {
    expect(actionsOf(order({ Open: { cancel: null } }), 99, false)).toEqual(['cancel']);
    expect(actionsOf(order({ Open: { cancel: 'Seller' } }), 99, false)).toEqual(['agreeToCancel']);
    expect(actionsOf(order({ Open: { cancel: 'Buyer' } }), 99, false)).toEqual([]);
  });

  it('may have an order expire from the moment on at which the seller may not deliver any more', () => {
    expect(actionsOf(order({ Open: { cancel: null } }), 100, false)).toEqual(['expire']);
    expect(actionsOf(order({ Open: { cancel: 'Seller' } }), 100, false)).toEqual(['expire']);
  });

  it('may claim until the order settles, and settle from then on', () => {
    const delivered = order({ Delivered: { settles_at: 200 } });
    expect(actionsOf(delivered, 199, true)).toEqual(['open', 'claim']);
    expect(actionsOf(delivered, 200, true)).toEqual(['open', 'settle']);
    const claimed = order({ Claimed: { rule_by: 300 } });
    expect(actionsOf(claimed, 299, true)).toEqual(['open']);
    expect(actionsOf(claimed, 300, true)).toEqual(['open', 'settle']);
  });

  it('may clear what is over, unless it could still open the record', () => {
    for (const state of ['Settled', 'Refunded', 'Cancelled', 'Expired'] as const) {
      expect(actionsOf(order(state), 0, false)).toEqual(['clear']);
      expect(actionsOf(order(state), 0, true)).toEqual(['open']);
      expect(actionsOf({ ...order(state), cleared: true }, 0, false)).toEqual([]);
      expect(deadlineOf(order(state))).toBeUndefined();
    }
  });
});

describe('a state', () => {
  it('has a deadline', () => {
    expect(deadlineOf(order({ Open: { cancel: null } }))).toEqual({ of: 'delivery', at: 100 });
    expect(deadlineOf(order({ Delivered: { settles_at: 7 } }))).toEqual({ of: 'claim', at: 7 });
  });
});
