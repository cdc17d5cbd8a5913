import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PARAMETERS, parameterOf, parseValue } from './parameters.js';

const HOUR = 3_600_000n;
const UNITS: Readonly<Record<string, bigint>> = { DAY: 24n * HOUR, HOUR, MILLI_MDS: 1_000_000_000n };

/** What an expression of the runtime's source is, such as `14 * DAY`. */
const valueOf = (expression: string): bigint => {
  const percent = /^Permill::from_percent\((\d+)\)$/.exec(expression);
  if (percent) return BigInt(percent[1] ?? '') * 10_000n;
  return expression
    .split(' * ')
    .map((factor) => UNITS[factor] ?? BigInt(factor.replaceAll('_', '')))
    .reduce((product, factor) => product * factor, 1n);
};

describe('the parameters', () => {
  it('are those of the runtime, with what holds until the council sets something else', () => {
    const source = readFileSync(new URL('../../../../runtime/src/configs/parameters.rs', import.meta.url), 'utf8');
    const declared = [...source.matchAll(/pub static (\w+): (?:Moment|Permill|Balance|BlockNumber) = ([^;]+);/g)];
    expect(Object.fromEntries(PARAMETERS.map(({ name, original }) => [name, original]))).toEqual(
      Object.fromEntries(declared.map(([, name, expression]) => [name, valueOf(expression ?? '')])),
    );
  });

  it('are read in their units', () => {
    expect(parseValue('1.5', 'hours', 12)).toBe(5_400_000n);
    expect(parseValue('4.5', 'percent', 12)).toBe(45_000n);
    expect(parseValue('0.1', 'money', 12)).toBe(100_000_000_000n);
    expect(parseValue('600', 'blocks', 12)).toBe(600n);
  });

  it.each([
    ['0', 'hours'],
    ['100.0001', 'percent'],
    ['-1', 'money'],
    ['1.5', 'blocks'],
    ['0', 'blocks'],
    ['4294967296', 'blocks'],
    ['', 'money'],
  ] as const)('are not %j %s', (text, unit) => {
    expect(parseValue(text, unit, 12)).toBeUndefined();
  });

  it('are recognised in a call that is voted on', () => {
    expect(parameterOf({ key_value: { Marketplace: { FeeShare: [{}, 45_000] } } })).toMatchObject({
      parameter: { name: 'FeeShare' },
      value: 45_000n,
    });
    // Its own group only.
    expect(parameterOf({ key_value: { Audits: { FeeShare: [{}, 45_000] } } })).toBeUndefined();
    // Set back to what the runtime has.
    expect(parameterOf({ key_value: { Marketplace: { FeeShare: [{}, null] } } })).toBeUndefined();
  });
});
