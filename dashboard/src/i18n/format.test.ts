import { describe, expect, it } from 'vitest';
import { preferred } from './context.js';
import { formatFor, isDate, parseAmount, short, splitAmount } from './format.js';

const MDS = { symbol: 'MDS', decimals: 12 };
const MOST = 2n ** 128n - 1n;

describe('amounts', () => {
  it('are exact to the last digit, also where floating point is not', () => {
    expect(splitAmount(MOST, 12)).toEqual({ negative: false, whole: 340282366920938463463374607n, fraction: '431768211455' });
    expect(formatFor('en-GB').amount('9007199254740993000000000001', MDS)).toBe('9,007,199,254,740,993.000000000001\u00A0MDS');
  });

  it('have no zeros after the last digit that counts', () => {
    expect(formatFor('en-GB').amount(1_500_000_000_000n, MDS)).toBe('1.5\u00A0MDS');
    expect(formatFor('en-GB').amount(0n, MDS)).toBe('0\u00A0MDS');
    expect(formatFor('en-GB').amount(-250_000_000_000n, MDS)).toBe('−0.25\u00A0MDS');
  });

  it('are written as the language has it', () => {
    expect(formatFor('de').amount(1_234_500_000_000_000n, MDS)).toBe('1.234,5\u00A0MDS');
    expect(formatFor('zh-CN').amount(1_234_500_000_000_000n, MDS)).toBe('1,234.5\u00A0MDS');
  });

  it('are read back as they were typed', () => {
    expect(parseAmount('1.5', 12)).toBe(1_500_000_000_000n);
    expect(parseAmount(' 1 000,000.000000000001 ', 12)).toBe(10n ** 18n + 1n);
    expect(parseAmount('340282366920938463463374607.431768211455', 12)).toBe(MOST);
    expect(parseAmount('0', 0)).toBe(0n);
  });

  it.each(['', '.', '1.', '.5', '-1', '1e3', '0x10', '1.0000000000001', 'abc', '12,50', '12,500', '1,00.5', '1 00'])('are not %j', (text) => {
    expect(parseAmount(text, 12)).toBeUndefined();
  });
});

describe('other values', () => {
  const format = formatFor('en-GB');

  it('are sizes in the unit that fits', () => {
    expect(format.bytes(0)).toBe('0 bytes');
    expect(format.bytes(999)).toBe('999 bytes');
    expect(format.bytes(1_500)).toBe('1.5 kB');
    expect(format.bytes(3_000_000_000n)).toBe('3 GB');
  });

  it('are times from now in the unit that fits', () => {
    expect(format.relative(90_000, 0)).toBe('in 2 minutes');
    expect(format.relative(0, 3 * 86_400_000)).toBe('3 days ago');
    expect(format.duration(86_400_000n)).toBe('1 day');
  });

  it('are moments, also those that no calendar has', () => {
    const most = 2n ** 64n - 1n;
    expect(format.day(0)).toBe('1 Jan 1970');
    expect([isDate(8_640_000_000_000_000n), isDate(8_640_000_000_000_001n), isDate(Number.NaN)]).toEqual([true, false, false]);
    expect(format.time(most)).toBe('18,446,744,073,709,551,615\u00A0ms');
    expect(format.day(Number(most))).toMatch(/^18,446,744,073,709,55\d,\d{3}\u00A0ms$/);
  });

  it('are the ends of what is long', () => {
    expect(short('5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY')).toBe('5Grwva…GKutQY');
    expect(short('abc')).toBe('abc');
  });
});

describe('the language at first', () => {
  it.each([
    [['zh-TW', 'en'], 'zh-CN'],
    [['fr', 'zh'], 'zh-CN'],
    [['fr', 'en-US', 'zh'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ] as const)('of a browser that prefers %j is %s', (languages, language) => {
    expect(preferred(languages)).toBe(language);
  });
});
