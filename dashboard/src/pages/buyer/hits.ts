// Searching on behalf of a node that keeps no index: the rules are those of its index (docs/rpc.md).

import type { Hit } from '../../chain/index-client.js';
import type { Descriptor } from '../../chain/shapes.js';
import { unmet } from '../provider/consent.js';
import { rangesOf, sortOf, type Criteria } from './search.js';
import { codeName, modalityName } from '../../ui/vocabulary.js';

/** What a record is found by. */
export type Found = Pick<Hit, 'record' | 'tier' | 'descriptor' | 'policy' | 'listing'>;

const words = ({ kind, media_type, modality, codes, counts, period }: Descriptor): string => {
  const names = codes.map((code) => `${code.system} ${code.code} ${codeName(code)?.en ?? ''}`);
  const modalities = modality === null ? [] : [modality, modalityName(modality)?.en ?? ''];
  const years = (period ?? []).map(({ year }) => year);
  return [kind, media_type, ...modalities, ...years, ...names, ...counts.map((count) => count.of)].join(' ').toLowerCase();
};

/** The words that are looked for, without what stands around them. */
const wanted = (text: string): readonly string[] =>
  text.toLowerCase().split(/\s+/).map((word) => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''));

/** Whether a value is in a range, of which each end may be open; what has no value is in none that has an end. */
const isWithin = <T extends number | bigint>(value: T | undefined, { min, max }: { min?: T; max?: T }): boolean =>
  (min === undefined || (value !== undefined && value >= min)) && (max === undefined || (value !== undefined && value <= max));

/** Whether a record is what is looked for: the rule of the index, for nodes that have none. */
export const takes = (hit: Found, criteria: Criteria): boolean => {
  const { kind, modality, codes, from, to, completeness, tiers, purpose, text } = criteria;
  const { size, price } = rangesOf(criteria);
  const { descriptor, listing, policy, tier } = hit;
  const [first, last] = descriptor.period ?? [];
  const parts = words(descriptor).split(/[^a-z0-9.]+/);
  return (
    (kind === undefined || descriptor.kind === kind) &&
    (modality === undefined || descriptor.modality?.toUpperCase() === modality.toUpperCase()) &&
    codes.every((code) => descriptor.codes.some((each) => each.system === code.system && each.code === code.code)) &&
    (from === undefined || (last !== undefined && last.year >= from)) &&
    (to === undefined || (first !== undefined && first.year <= to)) &&
    isWithin(descriptor.plaintext_size, size) &&
    isWithin(listing === null ? undefined : BigInt(listing.price), price) &&
    (completeness === undefined || descriptor.completeness >= completeness) &&
    (tiers.length === 0 || tiers.includes(tier)) &&
    (purpose === undefined || unmet(policy, purpose).length === 0) &&
    wanted(text).every((word) => parts.some((part) => part.startsWith(word)))
  );
};

const sign = (value: bigint): number => (value < 0n ? -1 : value > 0n ? 1 : 0);
const price = (hit: Found): bigint => BigInt(hit.listing?.price ?? 0);

const ORDERS: Readonly<Record<Criteria['sort'], (a: Found, b: Found) => number>> = {
  newest: (a, b) => (b.listing?.since ?? 0) - (a.listing?.since ?? 0),
  oldest: (a, b) => (a.listing?.since ?? 0) - (b.listing?.since ?? 0),
  cheapest: (a, b) => sign(price(a) - price(b)),
  dearest: (a, b) => sign(price(b) - price(a)),
  largest: (a, b) => b.descriptor.plaintext_size - a.descriptor.plaintext_size,
  smallest: (a, b) => a.descriptor.plaintext_size - b.descriptor.plaintext_size,
  completest: (a, b) => b.descriptor.completeness - a.descriptor.completeness,
};

/** Those of the records that are looked for, in the order that is asked for. */
export const selected = <T extends Found>(hits: readonly T[], criteria: Criteria): readonly T[] =>
  hits.filter((hit) => takes(hit, criteria)).sort((a, b) => ORDERS[sortOf(criteria)](a, b) || a.record - b.record);
