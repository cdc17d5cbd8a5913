import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SHARES, outlookOf, shareOf, votesFor } from './shares.js';

const camelCase = (name: string): string => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

describe('how many hospitals have to agree', () => {
  it('is what docs/council.md says, which the runtime is compared with', () => {
    const page = readFileSync(new URL('../../../../docs/council.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| `(\w+)\.(\w+)` \| ([a-z ]+) \|/gm)];
    expect(rows.length).toBeGreaterThan(20);
    for (const [, pallet, call, share] of rows) {
      expect(SHARES[`${pallet}.${camelCase(call ?? '')}`], `${pallet}.${call}`).toBe(share);
    }
  });

  it('is rounded as the runtime does', () => {
    const table = [1, 2, 3, 4, 7, 8].map((hospitals) =>
      (['a third', 'more than half', 'two thirds', 'three quarters'] as const).map((share) => votesFor(share, hospitals)),
    );
    expect(table).toEqual([
      [1, 1, 1, 1],
      [1, 2, 2, 2],
      [1, 2, 2, 3],
      [2, 3, 3, 3],
      [3, 4, 5, 6],
      [3, 5, 6, 6],
    ]);
  });

  it('is nothing for calls that are not the council’s', () => {
    expect(shareOf('Members', 'SetRoles')).toBe('more than half');
    expect(shareOf('Records', 'Register')).toBeUndefined();
  });
});

describe('a motion', () => {
  const tally = { threshold: 5, yes: 2, no: 1, hospitals: 8, end: 100 };

  it('can be closed once it is decided or over, and not before', () => {
    expect(outlookOf(tally, 100)).toBe('open');
    expect(outlookOf(tally, 101)).toBe('over');
    expect(outlookOf({ ...tally, yes: 5 }, 10)).toBe('carried');
    expect(outlookOf({ ...tally, no: 3 }, 10)).toBe('open');
    expect(outlookOf({ ...tally, no: 4 }, 10)).toBe('lost');
  });
});
