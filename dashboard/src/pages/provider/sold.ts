// All orders in which somebody sold, however many: those that have ended stay as they are, and are read once.

import type { IndexClient, OrdersQuery, Page } from '../../chain/index-client.js';
import type { OrderItem } from '../../chain/shapes.js';
import { MOST } from '../../chain/node-client.js';
import type { OrderMoney } from './deliveries.js';

type Orders = Pick<IndexClient, 'orders'>;
type Ended = Map<number, OrderMoney>;

const moneyOf = ({ price, retained, fee, state }: OrderItem): OrderMoney => ({ price, retained, fee, state });

/** Reads orders page by page, until `take` has enough. */
const each = async (index: Orders, query: OrdersQuery, take: (page: Page<OrderItem>) => boolean): Promise<void> => {
  let cursor: string | null = null;
  do {
    const page: Page<OrderItem> = await index.orders({ ...query, limit: MOST, ...(cursor === null ? {} : { cursor }) });
    if (take(page)) return;
    cursor = page.next;
  } while (cursor !== null);
};

/** Adds the ended orders that are not known yet, the newest of which come first. Nothing more is read once all are known. */
const update = (index: Orders, seller: string, ended: Ended): Promise<void> => {
  let total: number | null | undefined;
  return each(index, { seller, open: false }, (page) => {
    total ??= page.total;
    for (const item of page.items) ended.set(item.order, moneyOf(item));
    return total !== null && total !== undefined && ended.size >= total;
  });
};

/** The money of all orders of a seller. */
export interface Sold {
  readonly orders: readonly OrderMoney[];
  /** Number of the final block that it is as of; null while the index is empty. */
  readonly at: number | null;
}

/** What somebody sold. `ended` keeps the orders that have ended, for the next time. */
export const soldMoney = async (index: Orders, seller: string, ended: Ended): Promise<Sold> => {
  const open: OrderItem[] = [];
  let at: number | null = null;
  await each(index, { seller, open: true, count: false }, (page) => {
    at ??= page.at?.number ?? null;
    open.push(...page.items);
    return false;
  });
  await update(index, seller, ended);
  // What ends between both answers is in both.
  return { orders: [...ended.values(), ...open.filter(({ order }) => !ended.has(order)).map(moneyOf)], at };
};
