// What `medshare agent` would do for an owner, worked out from the chain: which keys are due, and what waits for a decision.
// The rules are those of the agent without a policy (crates/client/src/agent/plan.rs), except that nothing is done unasked.

import { orderStateName, type OrderItem, type OrderState, type ReviewItem, type Seat } from '../../chain/shapes.js';
import { isSameAccount } from '../../vault/vaults.js';

/** What of a review, an order, or the money of an order is looked at. */
export type HeldReview = Pick<ReviewItem, 'subject' | 'record' | 'version' | 'state' | 'panel' | 'opened'>;
/** An order in which somebody sells. */
export type SoldOrder = Pick<OrderItem, 'order' | 'record' | 'version' | 'buyer' | 'seller' | 'placed' | 'deliver_by' | 'state'>;
/** The money of an order. */
export type OrderMoney = Pick<OrderItem, 'price' | 'retained' | 'fee' | 'state'>;

/** A key that is due. */
export type Due =
  | {
      readonly kind: 'panel';
      /** The review. */
      readonly review: HeldReview;
      /** Those who lack the key and can still take it. */
      readonly seats: readonly Seat[];
      /** Until when, ms. */
      readonly until: number;
    }
  | {
      readonly kind: 'order';
      /** The order. */
      readonly order: SoldOrder;
      /** Until when, ms. */
      readonly until: number;
    };

/** Whether a review still waits for votes. */
export const isUndecided = (state: unknown): boolean =>
  state === 'Open' || (typeof state === 'object' && state !== null && 'Drawing' in state);

/** Who proposed to cancel an open order; `undefined` if it is not open any more, null if nobody did. */
export const cancelProposal = (state: OrderState): 'Buyer' | 'Seller' | null | undefined =>
  typeof state === 'object' && 'Open' in state ? state.Open.cancel : undefined;

/** Whether anybody may settle an order: nobody claimed in time, or no panel ruled in time. `now` is the chain's time. */
export const isToSettle = (state: OrderState, now: number): boolean => {
  if (typeof state !== 'object') return false;
  if ('Delivered' in state) return now >= state.Delivered.settles_at;
  return 'Claimed' in state && now >= state.Claimed.rule_by;
};

/** The keys that an owner owes now, the most urgent first. */
export const dueKeys = (
  me: string,
  reviews: readonly HeldReview[],
  orders: readonly SoldOrder[],
  now: number,
): readonly Due[] => {
  const due: Due[] = [];
  for (const review of reviews) {
    if (!isUndecided(review.state)) continue;
    const seats = review.panel.filter((seat) => seat.sealed === null && now <= seat.due);
    if (seats.length > 0) due.push({ kind: 'panel', review, seats, until: Math.min(...seats.map((seat) => seat.due)) });
  }
  for (const order of orders) {
    const proposal = cancelProposal(order.state);
    // What its seller proposed to cancel is not delivered: it has said no.
    if (proposal === undefined || proposal === 'Seller') continue;
    if (isSameAccount(order.seller, me) && now < order.deliver_by) due.push({ kind: 'order', order, until: order.deliver_by });
  }
  return due.sort((a, b) => a.until - b.until);
};

/** What a key is sealed for, in medshare-js's words. */
export const purposeOf = (due: Due): 'audit' | { order: number } | { claim: number } => {
  if (due.kind === 'order') return { order: due.order.order };
  const { subject } = due.review;
  return 'Record' in subject ? 'audit' : { claim: subject.Claim.order };
};

/** Whether less than a quarter of the time is left, as the agent warns. */
export const isPressing = (since: number, until: number, now: number): boolean => until - now < (until - since) / 4;

/** What an owner has earned: amounts in the smallest unit. */
export interface Earnings {
  /** Paid out: what came at delivery and, once settled, the rest. */
  readonly received: bigint;
  /** The retained parts that are still on hold. */
  readonly retained: bigint;
  /** The prices of orders that wait for their key. */
  readonly promised: bigint;
  /** Fees that were taken. */
  readonly fees: bigint;
  /** Retained parts that buyers got back by a claim. */
  readonly returned: bigint;
  /** How many orders were delivered. */
  readonly delivered: number;
}

/** Adds up the orders in which somebody sold. */
export const earningsOf = (orders: readonly OrderMoney[]): Earnings => {
  const sum = { received: 0n, retained: 0n, promised: 0n, fees: 0n, returned: 0n, delivered: 0 };
  for (const order of orders) {
    const [price, retained, fee] = [BigInt(order.price), BigInt(order.retained), BigInt(order.fee)];
    const name = orderStateName(order.state);
    if (name === 'Open') sum.promised += price;
    if (!['Delivered', 'Claimed', 'Settled', 'Refunded'].includes(name)) continue;
    sum.delivered += 1;
    sum.fees += fee;
    sum.received += price - retained - fee;
    if (name === 'Settled') sum.received += retained;
    else if (name === 'Refunded') sum.returned += retained;
    else sum.retained += retained;
  }
  return sum;
};
