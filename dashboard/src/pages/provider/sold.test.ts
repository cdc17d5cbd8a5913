import { expect, test, vi } from 'vitest';
import type { OrdersQuery } from '../../chain/index-client.js';
import { orderStateName, type OrderItem, type OrderState } from '../../chain/shapes.js';
import { soldMoney } from './sold.js';

const order = (id: number, state: OrderState): OrderItem => ({ order: id, price: '10', retained: '1', fee: '1', state }) as OrderItem;
const OPEN: OrderState = { Open: { cancel: null } };
const isOpen = ({ state }: OrderItem): boolean => orderStateName(state) === 'Open';

/** An index over these orders, which counts if it is told to and `counts`, and what it was asked. */
const indexOf = (orders: OrderItem[], counts = true) => {
  const ask = vi.fn(async ({ open, cursor, limit = 20, count = true }: OrdersQuery) => {
    const found = orders.filter((one) => isOpen(one) === open).sort((a, b) => b.order - a.order);
    const from = Number(cursor ?? 0);
    const next = from + limit < found.length ? `${from + limit}` : null;
    return { at: { number: 8, hash: '0x' as const, time: 0, final: true }, total: count && counts ? found.length : null, items: found.slice(from, from + limit), next };
  });
  return { orders: ask };
};

test('all orders count, however many there are', async () => {
  const index = indexOf(Array.from({ length: 12_345 }, (_, id) => order(id, id % 5 === 0 ? OPEN : 'Settled')));
  expect((await soldMoney(index, 'me', new Map())).orders).toHaveLength(12_345);
});

test('what has ended is read once: then only what is new', async () => {
  const orders = Array.from({ length: 1_000 }, (_, id) => order(id, 'Settled'));
  const index = indexOf(orders);
  const ended = new Map();
  await soldMoney(index, 'me', ended);
  index.orders.mockClear();
  expect((await soldMoney(index, 'me', ended)).orders).toHaveLength(1_000);
  expect(index.orders).toHaveBeenCalledTimes(2);
  // An old one that ends late is found all the same.
  orders.push(order(-1, 'Refunded'));
  const { orders: sold } = await soldMoney(index, 'me', ended);
  expect([sold.length, sold.filter(({ state }) => state === 'Refunded').length]).toEqual([1_001, 1]);
});

test('where the index does not count, all is read', async () => {
  const index = indexOf(Array.from({ length: 250 }, (_, id) => order(id, 'Expired')), false);
  expect((await soldMoney(index, 'me', new Map())).orders).toHaveLength(250);
});

test('an order that ends between two answers counts once, as ended', async () => {
  const orders = [order(1, OPEN)];
  const { orders: ask } = indexOf(orders);
  const racing = { orders: async (query: OrdersQuery) => {
    const page = await ask(query);
    orders[0] = order(1, 'Settled');
    return page;
  } };
  expect(await soldMoney(racing, 'me', new Map())).toEqual({ orders: [{ price: '10', retained: '1', fee: '1', state: 'Settled' }], at: 8 });
});
