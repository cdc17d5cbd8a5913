import { describe, expect, it, vi } from 'vitest';
import { atBest } from './best.js';
import type { Page, Paging } from './index-client.js';

const rpc = (code: number): Error => Object.assign(new Error(`${code}`), { code });
const page = (items: readonly string[], next: string | null = null): Page<string> => ({ at: null, total: null, items, next });

/** A node that cannot say anything of the best block. */
const without = (code: number) =>
  vi.fn((query: Paging) => (query.at_best ? Promise.reject(rpc(code)) : Promise.resolve(page([query.cursor ?? 'first'], 'abc'))));

describe('a question about what is one’s own', () => {
  it('is about the best block', async () => {
    const ask = vi.fn((query: Paging) => Promise.resolve(page([String(query.at_best)], 'abc')));
    expect(await atBest(ask, { limit: 5 })).toEqual(page(['true'], 'abc'));
    await atBest(ask, { cursor: 'abc' });
    expect(ask.mock.calls).toEqual([[{ limit: 5, at_best: true }], [{ cursor: 'abc', at_best: true }]]);
  });

  it.each([9006, 9008])('is about the final block where the node answers %i, and so are the pages after that', async (code) => {
    const ask = without(code);
    const first = await atBest(ask, { limit: 5 });
    expect(first.items).toEqual(['first']);
    const second = await atBest(ask, { limit: 5, cursor: first.next ?? '' });
    expect(second.items).toEqual(['abc']);
    // The node's own cursor, about which it is asked only once.
    expect(ask.mock.calls.slice(2)).toEqual([[{ limit: 5, cursor: 'abc' }]]);
    expect((await atBest(ask, { cursor: second.next ?? '' })).items).toEqual(['abc']);
  });

  it('has no other answer in the middle of a list', async () => {
    await expect(atBest(without(9006), { cursor: 'abc' })).rejects.toThrow('9006');
  });

  it.each([9005, 9007, -32602])('fails with %i as it is', async (code) => {
    const ask = without(code);
    await expect(atBest(ask, {})).rejects.toThrow(String(code));
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('fails where there is no final answer either', async () => {
    await expect(atBest(() => Promise.reject(rpc(9006)), {})).rejects.toThrow('9006');
  });
});
