// What a buyer looks for: in the address bar, so that it can be kept and sent, and as the node is asked
// (`medshare_search`, docs/rpc.md). What the address bar has that is no query is left out.

import { parseAmount } from '../../i18n/format.js';
import type { SearchQuery, Sort } from '../../chain/index-client.js';
import type { Code, CodeSystem, Kind, Purpose, Tier, Use } from '../../chain/shapes.js';

/** The kinds of files. */
export const KINDS: readonly Kind[] = ['Fhir', 'Dicom', 'Document'];

/** The vocabularies of codes. */
export const SYSTEMS: readonly CodeSystem[] = ['Snomed', 'Loinc', 'Icd10', 'RxNorm', 'Cvx', 'Dicom', 'Mondo'];

/** The tiers, from the best on. */
export const TIERS: readonly Tier[] = ['Exemplary', 'Trusted', 'Standard', 'Restricted'];

/** The orders of a list. */
export const SORTS: readonly Sort[] = ['newest', 'oldest', 'cheapest', 'dearest', 'largest', 'smallest', 'completest'];

/** The uses that have no disease, as a form has them. */
export const USES = ['BiomedicalResearch', 'MethodsDevelopment', 'PopulationOrigins', 'OtherResearch', 'ClinicalCare', 'Other'] as const;

/** What is looked for. */
export interface Criteria {
  /** Words that must occur. */
  readonly text: string;
  /** Only this kind. */
  readonly kind?: Kind;
  /** Only this DICOM modality. */
  readonly modality?: string;
  /** All of these codes. */
  readonly codes: readonly Code[];
  /** The first year, if there is one. */
  readonly from?: number;
  /** The last year, if there is one. */
  readonly to?: number;
  /** The size of the file in MB, as it was typed: the lowest. */
  readonly smallest?: string;
  /** The highest. */
  readonly largest?: string;
  /** The lowest price, in MDS as it was typed. */
  readonly least?: string;
  /** The highest. */
  readonly most?: string;
  /** Least percent of completeness. */
  readonly completeness?: number;
  /** Only sellers of these tiers. */
  readonly tiers: readonly Tier[];
  /** What the data are for; then only what its owner permits for that. */
  readonly purpose?: Purpose;
  /** Also what is not on sale, for which one can ask. */
  readonly unlisted?: true;
  /** In which order. */
  readonly sort: Sort;
  /** Which page, by its cursor. */
  readonly cursor?: string;
}

/** A purpose that is neither commercial nor for profit, without ethics approval or publication. */
export const purposeFor = (use: Use): Purpose => ({
  use,
  commercial: false,
  for_profit: false,
  ethics_approval: false,
  will_publish: false,
});

const FLAGS = { commercial: 'commercial', for_profit: 'for-profit', ethics_approval: 'ethics', will_publish: 'publish' } as const;

const oneOf = <T extends string>(values: readonly T[], text: string | null): T | undefined =>
  values.find((value) => value === text);

/** A year of four digits. */
export const yearOf = (text: string): number | undefined => (/^\d{4}$/.test(text) ? Number(text) : undefined);

/** Digits after the point of the chain's money. */
const DECIMALS = 12;

/** An amount in the smallest unit, of one in MDS as the address bar has it: without anything between its digits but a point. */
export const amountOf = (text: string): bigint | undefined => (/^\d{1,20}(\.\d+)?$/.test(text.trim()) ? parseAmount(text, DECIMALS) : undefined);

/** Digits after the point of a size in MB: a byte. */
const OF_MB = 6;

/** A number of bytes, of one of MB as the address bar has it. */
export const sizeOf = (text: string): number | undefined => {
  const bytes = /^\d{1,9}(\.\d+)?$/.test(text.trim()) ? parseAmount(text, OF_MB) : undefined;
  return bytes === undefined ? undefined : Number(bytes);
};

/** Whether a range goes from less to more; each end may be open. */
export const isRange = <T extends number | bigint>(low: T | undefined, high: T | undefined): boolean =>
  low === undefined || high === undefined || low <= high;

/** What is there of some things. */
const given = <T extends object>(things: T): Partial<T> =>
  Object.fromEntries(Object.entries(things).filter(([, value]) => value !== undefined)) as Partial<T>;

/** A code as the address bar has it, `Icd10:E11.9`; nothing if it is none. */
export const codeOf = (text: string): Code | undefined => {
  const colon = text.indexOf(':');
  const system = oneOf(SYSTEMS, text.slice(0, colon));
  const code = text.slice(colon + 1).trim();
  return system && code !== '' && code.length <= 64 ? { system, code } : undefined;
};

/** A code for the address bar. */
export const codeText = ({ system, code }: Code): string => `${system}:${code}`;

const intentOf = (text: string | null): Use | undefined => {
  const code = text?.startsWith('DiseaseResearch:') ? codeOf(text.slice('DiseaseResearch:'.length)) : undefined;
  return code ? { DiseaseResearch: code } : oneOf(USES, text);
};

/** What the address bar says. */
export const criteriaOf = (params: URLSearchParams): Criteria => {
  const use = intentOf(params.get('use'));
  const flags = Object.entries(FLAGS).map(([flag, name]) => [flag, params.has(name)]);
  const percent = Number(params.get('complete'));
  /** Both ends of a range, as they were typed; neither where they are no range. */
  const range = <T extends number | bigint>(low: string, high: string, read: (text: string) => T | undefined): (string | undefined)[] => {
    const texts = [low, high].map((name) => params.get(name) ?? '');
    const [first, last] = texts.map(read);
    return isRange(first, last) ? texts.map((text) => (read(text) === undefined ? undefined : text)) : [];
  };
  const [from, to] = range('from', 'to', yearOf);
  const [smallest, largest] = range('smallest', 'largest', sizeOf);
  const [least, most] = range('least', 'most', amountOf);
  const found = {
    kind: oneOf(KINDS, params.get('kind')),
    modality: params.get('modality')?.slice(0, 16) || undefined,
    from: from === undefined ? undefined : yearOf(from),
    to: to === undefined ? undefined : yearOf(to),
    smallest,
    largest,
    least,
    most,
    completeness: Number.isInteger(percent) && percent > 0 && percent <= 100 ? percent : undefined,
    unlisted: params.has('all') ? true : undefined,
    purpose: use && ({ use, ...Object.fromEntries(flags) } as Purpose),
    cursor: params.get('cursor') ?? undefined,
  };
  return {
    text: params.get('q') ?? '',
    codes: params.getAll('code').flatMap((text) => codeOf(text) ?? []),
    tiers: TIERS.filter((tier) => params.getAll('tier').includes(tier)),
    sort: oneOf(SORTS, params.get('sort')) ?? 'newest',
    ...(given(found) as Partial<Criteria>),
  };
};

const putPurpose = (params: URLSearchParams, purpose: Purpose | undefined): void => {
  if (purpose === undefined) return;
  const { use } = purpose;
  params.append('use', typeof use === 'string' ? use : `DiseaseResearch:${use.DiseaseResearch.system}:${use.DiseaseResearch.code}`);
  for (const [flag, name] of Object.entries(FLAGS)) if (purpose[flag as keyof typeof FLAGS]) params.append(name, '');
};

/** What the address bar is to say. */
export const paramsOf = (criteria: Criteria): URLSearchParams => {
  const params = new URLSearchParams();
  const put = (name: string, value: string | number | undefined): void => {
    if (value !== undefined && value !== '') params.append(name, String(value));
  };
  put('q', criteria.text.trim());
  put('kind', criteria.kind);
  put('modality', criteria.modality);
  criteria.codes.forEach((code) => put('code', codeText(code)));
  put('from', criteria.from);
  put('to', criteria.to);
  put('smallest', criteria.smallest);
  put('largest', criteria.largest);
  put('least', criteria.least);
  put('most', criteria.most);
  put('complete', criteria.completeness);
  criteria.tiers.forEach((tier) => put('tier', tier));
  putPurpose(params, criteria.purpose);
  if (criteria.unlisted) params.append('all', '');
  if (criteria.sort !== 'newest') put('sort', criteria.sort);
  put('cursor', criteria.cursor);
  return params;
};

/** The sizes and prices that are looked for, in bytes and in the smallest unit. */
export const rangesOf = ({ smallest, largest, least, most }: Criteria): {
  size: { min?: number; max?: number };
  price: { min?: bigint; max?: bigint };
} => {
  const read = <T>(text: string | undefined, of: (text: string) => T | undefined): T | undefined => (text === undefined ? undefined : of(text));
  return {
    size: given({ min: read(smallest, sizeOf), max: read(largest, sizeOf) }) as { min?: number; max?: number },
    price: given({ min: read(least, amountOf), max: read(most, amountOf) }) as { min?: bigint; max?: bigint },
  };
};

/** The orders that a search can have: what is not on sale has no price. */
export const sortsOf = ({ unlisted }: Pick<Criteria, 'unlisted'>): readonly Sort[] =>
  unlisted ? SORTS.filter((sort) => sort !== 'cheapest' && sort !== 'dearest') : SORTS;

/** The order that it has: of those that it can have, the one that is asked for, if that is among them. */
export const sortOf = (criteria: Pick<Criteria, 'unlisted' | 'sort'>): Sort => sortsOf(criteria).find((sort) => sort === criteria.sort) ?? 'newest';

const isSome = (things: object): boolean => Object.keys(things).length > 0;

/** How the node is asked. */
export const queryOf = (criteria: Criteria): SearchQuery => {
  const { text, kind, modality, codes, from, to, completeness, tiers, purpose, cursor, unlisted } = criteria;
  const { size, price } = rangesOf(criteria);
  const years = given({ from, to }) as { from?: number; to?: number };
  return {
    ...(unlisted ? { what: 'records', status: 'Approved' } : { what: 'listings' }),
    sort: sortOf(criteria),
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(kind ? { kind } : {}),
    ...(modality ? { modality } : {}),
    ...(codes.length > 0 ? { codes } : {}),
    ...(isSome(years) ? { years } : {}),
    ...(isSome(size) ? { size } : {}),
    ...(isSome(price) ? { price: Object.fromEntries(Object.entries(price).map(([end, amount]) => [end, String(amount)])) } : {}),
    ...(completeness === undefined ? {} : { completeness }),
    ...(tiers.length > 0 ? { tiers } : {}),
    ...(purpose ? { purpose } : {}),
    ...(cursor ? { cursor } : {}),
  };
};

/** The same with something changed; the pages begin anew. */
export const changed = (criteria: Criteria, change: Partial<Record<keyof Criteria, unknown>>): Criteria =>
  given({ ...criteria, cursor: undefined, ...change }) as unknown as Criteria;

/** Whether anything narrows the search. What widens it does not. */
export const isNarrowed = (criteria: Criteria): boolean =>
  [...paramsOf(criteria).keys()].some((name) => name !== 'sort' && name !== 'cursor' && name !== 'all');

/**
 * The address of a record's page. Without a version, it shows what is on sale, or else the newest version that is approved. The purpose
 * that was searched for goes with it.
 */
export const recordPage = (record: number, version?: number, purpose?: Purpose): { readonly pathname: string; readonly search: string } => {
  const params = new URLSearchParams();
  if (version !== undefined) params.append('version', String(version));
  putPurpose(params, purpose);
  return { pathname: `/market/records/${record}`, search: params.toString() };
};

/** The version that the address of a record's page names; nothing if it names none, null if what it names is no version. */
export const versionOf = (params: URLSearchParams): number | null | undefined => {
  const text = params.get('version');
  if (text === null) return undefined;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
};
