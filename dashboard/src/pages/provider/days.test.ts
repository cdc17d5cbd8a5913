import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { daysOf, wantPrice, wantedPrice } from './days.js';

test('days are whole and positive; nothing is for ever', () => {
  expect(daysOf(' 2 ')).toBe(2 * 86_400_000);
  expect(daysOf('')).toBeUndefined();
  for (const text of ['0', '-1', '1.5', 'x', '1e3', '123456']) expect(daysOf(text)).toBeNull();
});

const stored = new Map<string, string>();
beforeEach(() => {
  stored.clear();
  vi.stubGlobal('localStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => stored.set(key, value) });
});
afterEach(() => vi.unstubAllGlobals());

test('a wanted price is kept for one record of one chain until it is not wanted any more', () => {
  wantPrice('0xa', 1, '2.5');
  wantPrice('0xa', 2n, '3');
  expect([wantedPrice('0xa', 1n), wantedPrice('0xa', 2), wantedPrice('0xb', 1)]).toEqual(['2.5', '3', '']);
  wantPrice('0xa', 1, '');
  expect([wantedPrice('0xa', 1), wantedPrice('0xa', 2)]).toEqual(['', '3']);
});

test('a browser that keeps nothing is no error', () => {
  const refuse = (): never => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
  wantPrice('0xa', 1, '2');
  expect(wantedPrice('0xa', 1)).toBe('');
});

test('what is damaged counts as nothing', () => {
  stored.set('medshare.prices', '{');
  expect(wantedPrice('0xa', 1)).toBe('');
});
