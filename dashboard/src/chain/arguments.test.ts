import { expect, it } from 'vitest';
import { termsArgument } from './arguments.js';

const MOST = 2n ** 64n - 1n;
const licence = `0x${'ab'.repeat(32)}` as const;

it('terms are those that are listed, to the last digit', () => {
  expect(termsArgument({ licence, duration: Number(MOST) }, { licence, duration: MOST })).toEqual({ licence, duration: MOST });
  expect(termsArgument({ licence: null, duration: null }, {})).toEqual({ licence: undefined, duration: undefined });
});

it('terms that changed are not agreed to unseen', () => {
  expect(termsArgument({ licence, duration: 1_000 }, { duration: 2_000n })).toEqual({ licence, duration: 1_000n });
  expect(termsArgument({ licence: null, duration: null }, { licence, duration: 2_000n })).toEqual({ licence: undefined, duration: undefined });
  expect(termsArgument({ licence, duration: 1_000 }, {})).toEqual({ licence, duration: 1_000n });
  expect(termsArgument({ licence, duration: 1_000 }, undefined)).toEqual({ licence, duration: 1_000n });
});
