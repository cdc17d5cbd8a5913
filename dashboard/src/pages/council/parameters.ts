// What the council can set, what it is as long as the council has not, and how to say it to the chain.

import type { Client } from '../../chain/connection.js';
import { parseAmount } from '../../i18n/format.js';

export type Unit = 'hours' | 'percent' | 'money' | 'blocks';

/** A parameter of one number. */
export interface Parameter {
  readonly group: 'Marketplace' | 'Audits' | 'Consensus';
  readonly name: ParameterName;
  readonly unit: Unit;
  /** What holds until the council sets something else: ms, millionths, the smallest unit of money, or blocks. */
  readonly original: bigint;
}

export type ParameterName =
  | 'DeliverWithin'
  | 'RulingWithin'
  | 'FeeShare'
  | 'RetainedShare'
  | 'ClaimBondShare'
  | 'MinPrice'
  | 'MinBond'
  | 'KeyWindow'
  | 'VoteWindow'
  | 'SessionBlocks';

const HOUR = 3_600_000n;
const DAY = 24n * HOUR;
const MILLI_MDS = 1_000_000_000n;

/** Those of runtime/src/configs/parameters.rs, with which a test compares them. `Split`, of two numbers, is set by the command. */
export const PARAMETERS: readonly Parameter[] = [
  { group: 'Marketplace', name: 'DeliverWithin', unit: 'hours', original: DAY },
  { group: 'Marketplace', name: 'RulingWithin', unit: 'hours', original: 14n * DAY },
  { group: 'Marketplace', name: 'FeeShare', unit: 'percent', original: 50_000n },
  { group: 'Marketplace', name: 'RetainedShare', unit: 'percent', original: 100_000n },
  { group: 'Marketplace', name: 'ClaimBondShare', unit: 'percent', original: 50_000n },
  { group: 'Marketplace', name: 'MinPrice', unit: 'money', original: 100n * MILLI_MDS },
  { group: 'Marketplace', name: 'MinBond', unit: 'money', original: 10n * MILLI_MDS },
  { group: 'Audits', name: 'KeyWindow', unit: 'hours', original: 24n * HOUR },
  { group: 'Audits', name: 'VoteWindow', unit: 'hours', original: 72n * HOUR },
  { group: 'Consensus', name: 'SessionBlocks', unit: 'blocks', original: 1_800n },
];

/** What somebody typed, in the parameter's own unit; `undefined` if it is none. */
export const parseValue = (text: string, unit: Unit, decimals: number): bigint | undefined => {
  const digits = { hours: 4, percent: 4, money: decimals, blocks: 0 }[unit];
  const value = parseAmount(text, digits);
  if (value === undefined) return undefined;
  switch (unit) {
    case 'hours': {
      // Ten-thousandths of an hour.
      const ms = (value * HOUR) / 10_000n;
      return ms > 0n ? ms : undefined;
    }
    case 'percent':
      return value <= 1_000_000n ? value : undefined;
    case 'money':
      return value;
    case 'blocks':
      return value > 0n && value <= 0xffff_ffffn ? value : undefined;
  }
};

/** The argument of `Parameters.set_parameter`. */
export const parameterCall = (client: Client, { group, name, unit }: Parameter, value: bigint) => {
  const plain = unit === 'percent' || unit === 'blocks' ? Number(value) : value;
  type Argument = Parameters<Client['tx']['parameters']['setParameter']>[0];
  return client.tx.parameters.setParameter({ type: group, value: { type: name, value: [{}, plain] } } as unknown as Argument);
};

/** What is set now, by name; what is not there was never set. */
export const readParameters = async (client: Client): Promise<ReadonlyMap<string, bigint>> => {
  const entries = await client.query.parameters.parameters.entries();
  const set = new Map<string, bigint>();
  for (const [key, stored] of entries) {
    const name = (key as { value: { type: string } }).value.type;
    const value = (stored as { value: { value: unknown } } | undefined)?.value.value;
    if (typeof value === 'bigint' || typeof value === 'number') set.set(name, BigInt(value));
  }
  return set;
};

/** Which parameter a decoded call of `Parameters.set_parameter` sets, to what; `undefined` if it is none of {@link PARAMETERS}. */
export const parameterOf = (fields: Readonly<Record<string, unknown>>): { parameter: Parameter; value: bigint } | undefined => {
  const [group, inner] = Object.entries((fields.key_value ?? {}) as Record<string, Record<string, unknown>>)[0] ?? [];
  const [name, pair] = Object.entries(inner ?? {})[0] ?? [];
  const parameter = PARAMETERS.find((one) => one.group === group && one.name === name);
  const value: unknown = Array.isArray(pair) ? pair[1] : undefined;
  return parameter && (typeof value === 'number' || typeof value === 'string') ? { parameter, value: BigInt(value) } : undefined;
};
