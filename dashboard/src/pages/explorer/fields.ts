// What the fields of events are, told from their names and values, for showing them as people read them.

import type { Policy, Purpose, ReviewSubject } from '../../chain/shapes.js';

/** Values as the node writes them in JSON. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type Shown =
  | { readonly as: 'account'; readonly address: string }
  | { readonly as: 'record'; readonly record: number }
  | { readonly as: 'order'; readonly order: number }
  | { readonly as: 'subject'; readonly subject: ReviewSubject }
  | { readonly as: 'amount'; readonly amount: string }
  | { readonly as: 'time'; readonly ms: number }
  | { readonly as: 'hash'; readonly hash: string }
  /** Thousandths of a point. */
  | { readonly as: 'points'; readonly thousandths: number }
  | { readonly as: 'number'; readonly number: number }
  | { readonly as: 'flag'; readonly flag: boolean }
  /** Names that the chain has for something, such as `NotDeidentified`. */
  | { readonly as: 'words'; readonly words: readonly string[] }
  | { readonly as: 'policy'; readonly policy: Policy }
  | { readonly as: 'purpose'; readonly purpose: Purpose }
  | { readonly as: 'nothing' }
  | { readonly as: 'json'; readonly json: string };

const AMOUNTS = new Set(['deposit', 'released', 'price', 'paid', 'fee', 'retained', 'refunded', 'bond', 'forfeited', 'amount']);
const TIMES = new Set(['due', 'deliver_by', 'settles_at', 'rule_by', 'expires']);
const POINTS = new Set(['points', 'score']);
const ACCOUNT = /^[1-9A-HJ-NP-Za-km-z]{46,50}$/;

const isSubject = (value: object): boolean => 'Record' in value || 'Claim' in value;

/** What a field is. */
export const shownAs = (name: string, value: Json): Shown => {
  if (value === null) return { as: 'nothing' };
  if (typeof value === 'boolean') return { as: 'flag', flag: value };
  if (typeof value === 'string' || typeof value === 'number') {
    const number = Number(value);
    const whole = value !== '' && Number.isInteger(number);
    if (AMOUNTS.has(name) && whole) return { as: 'amount', amount: String(value) };
    if (TIMES.has(name) && whole) return { as: 'time', ms: number };
    if (POINTS.has(name) && whole) return { as: 'points', thousandths: number };
    if (name === 'record' && whole) return { as: 'record', record: number };
    if (name === 'order' && whole) return { as: 'order', order: number };
    if (typeof value === 'number' || (whole && Number.isSafeInteger(number))) return { as: 'number', number };
    if (ACCOUNT.test(value)) return { as: 'account', address: value };
    if (/^0x[0-9a-f]{32,}$/.test(value)) return { as: 'hash', hash: value };
    return { as: 'words', words: [value] };
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return { as: 'nothing' };
    return value.every((one) => typeof one === 'string')
      ? { as: 'words', words: value as string[] }
      : { as: 'json', json: JSON.stringify(value) };
  }
  if (name === 'subject' && isSubject(value)) return { as: 'subject', subject: value as unknown as ReviewSubject };
  if (name === 'policy' && 'permission' in value && 'modifiers' in value) {
    return { as: 'policy', policy: value as unknown as Policy };
  }
  if (name === 'purpose') {
    // Names are as the metadata have them; the first runtime's put a mark before `use`, a word of Rust's. Of it the client makes `r_use`.
    const { 'r#use': marked, r_use: decoded = marked, use = decoded, ...rest } = value as { readonly [name: string]: Json };
    if (use !== undefined) return { as: 'purpose', purpose: { use, ...rest } as unknown as Purpose };
  }
  if (name === 'basis' && 'Order' in value) return shownAs('order', value.Order ?? null);
  return { as: 'json', json: JSON.stringify(value) };
};

/** As the chain has them. */
const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

interface Addressed {
  address(): string;
}

const isAddressed = (value: object): value is Addressed => 'address' in value && typeof value.address === 'function';

/** A value of the chain client in the form in which the index has it, so that both are shown by the same means. */
export const toJson = (value: unknown): Json => {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return [...value].map(([key, one]) => [toJson(key), toJson(one)]);
  if (value instanceof Set) return [...value].map(toJson);
  if (typeof value !== 'object') return null;
  if (isAddressed(value)) return value.address();
  if ('isOk' in value) return value.isOk ? 'Ok' : { Err: toJson('err' in value ? value.err : undefined) };
  // Variants: `{ type: 'Record', value: … }`, or only the type.
  const { type, value: inner, ...rest } = value as { type?: unknown; value?: unknown };
  if (typeof type === 'string' && Object.keys(rest).length === 0) {
    return inner === undefined ? type : { [type]: toJson(inner) };
  }
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [snakeCase(name), toJson(one)]));
};
