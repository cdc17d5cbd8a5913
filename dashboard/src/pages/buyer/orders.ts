// How an order stands for its buyer: what may be done now, and until when. The chain's time decides, not this machine's.

import type { OrderItem, OrderStateName } from '../../chain/shapes.js';

/** The states, in the order in which an order goes through them. */
export const STATES: readonly OrderStateName[] = ['Open', 'Delivered', 'Claimed', 'Settled', 'Refunded', 'Cancelled', 'Expired'];

/** What a buyer can do about an order. */
export type Action = 'cancel' | 'agreeToCancel' | 'expire' | 'open' | 'claim' | 'settle' | 'clear';

/** What decides about an order. */
export type OrderFacts = Pick<OrderItem, 'state' | 'deliver_by' | 'cleared'>;

/** A time at which something ends. */
export interface Deadline {
  /** What ends: the seller's time to deliver, the buyer's to claim, the panel's to rule. */
  readonly of: 'delivery' | 'claim' | 'ruling';
  /** When, ms. */
  readonly at: number;
}

/** What an order waits for, if it does. */
export const deadlineOf = ({ state, deliver_by }: OrderFacts): Deadline | undefined => {
  if (typeof state === 'string') return undefined;
  if ('Open' in state) return { of: 'delivery', at: deliver_by };
  if ('Delivered' in state) return { of: 'claim', at: state.Delivered.settles_at };
  return { of: 'ruling', at: state.Claimed.rule_by };
};

/**
 * What the buyer can do at a time of the chain's. `granted` says whether its grant is in force: then it can open the record,
 * and the order cannot be cleared.
 */
export const actionsOf = (order: OrderFacts, now: number, granted: boolean): readonly Action[] => {
  const { state } = order;
  const actions: Action[] = granted ? ['open'] : [];
  if (order.cleared) return actions;
  const deadline = deadlineOf(order);
  if (deadline === undefined) return granted ? actions : ['clear'];
  const isOver = now >= deadline.at;
  if (typeof state !== 'string' && 'Open' in state) {
    if (isOver) actions.push('expire');
    else if (state.Open.cancel === 'Seller') actions.push('agreeToCancel');
    else if (state.Open.cancel === null) actions.push('cancel');
  } else if (deadline.of === 'claim') {
    actions.push(isOver ? 'settle' : 'claim');
  } else if (isOver) {
    actions.push('settle');
  }
  return actions;
};
