// What a buyer looks for: in the address bar, so that it can be kept and sent, and as the node is asked
// (`medshare_search`, docs/rpc.md). What the address bar has that is no query is left out.

import { parseAmount } from '../../i18n/format.js';
import type { Code, CodeSystem, Kind, Purpose, SearchQuery, Sort, Tier, Use } from '../../chain/index-client.js';

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
  /** The highest price, in MDS as it was typed. */
  readonly most?: string;
  /** Least percent of completeness. */
  readonly completeness?: number;
  /** Only sellers of these tiers. */
  readonly tiers: readonly Tier[];
  /** What the data are for; then only what its owner permits for that. */
  readonly purpose?: Purpose;
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

const year = (text: string | null): number | undefined => (text !== null && /^\d{4}$/.test(text) ? Number(text) : undefined);

/** Digits after the point of the chain's money. */
const DECIMALS = 12;

/** An amount in the smallest unit, of one in MDS as the address bar has it: without anything between its digits but a point. */
export const amountOf = (text: string): bigint | undefined => (/^\d{1,20}(\.\d+)?$/.test(text.trim()) ? parseAmount(text, DECIMALS) : undefined);

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
  const most = params.get('most') ?? '';
  const found = {
    kind: oneOf(KINDS, params.get('kind')),
    modality: params.get('modality')?.slice(0, 16) || undefined,
    from: year(params.get('from')),
    to: year(params.get('to')),
    most: amountOf(most) === undefined ? undefined : most,
    completeness: Number.isInteger(percent) && percent > 0 && percent <= 100 ? percent : undefined,
    purpose: use && ({ use, ...Object.fromEntries(flags) } as Purpose),
    cursor: params.get('cursor') ?? undefined,
  };
  return {
    text: params.get('q') ?? '',
    codes: params.getAll('code').flatMap((text) => codeOf(text) ?? []),
    tiers: TIERS.filter((tier) => params.getAll('tier').includes(tier)),
    sort: oneOf(SORTS, params.get('sort')) ?? 'newest',
    ...(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Partial<Criteria>),
  };
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
  put('most', criteria.most);
  put('complete', criteria.completeness);
  criteria.tiers.forEach((tier) => put('tier', tier));
  if (criteria.purpose) {
    const { use } = criteria.purpose;
    put('use', typeof use === 'string' ? use : `DiseaseResearch:${use.DiseaseResearch.system}:${use.DiseaseResearch.code}`);
    for (const [flag, name] of Object.entries(FLAGS)) if (criteria.purpose[flag as keyof typeof FLAGS]) params.append(name, '');
  }
  if (criteria.sort !== 'newest') put('sort', criteria.sort);
  put('cursor', criteria.cursor);
  return params;
};

/** How the node is asked. */
export const queryOf = (criteria: Criteria): SearchQuery => {
  const { text, kind, modality, codes, from, to, most, completeness, tiers, purpose, sort, cursor } = criteria;
  const price = most === undefined ? undefined : amountOf(most);
  return {
    what: 'listings',
    sort,
    ...(text.trim() === '' ? {} : { text: text.trim() }),
    ...(kind ? { kind } : {}),
    ...(modality ? { modality } : {}),
    ...(codes.length > 0 ? { codes } : {}),
    ...(from === undefined && to === undefined ? {} : { years: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) } }),
    ...(price === undefined ? {} : { price: { max: String(price) } }),
    ...(completeness === undefined ? {} : { completeness }),
    ...(tiers.length > 0 ? { tiers } : {}),
    ...(purpose ? { purpose } : {}),
    ...(cursor ? { cursor } : {}),
  };
};

/** The same with something changed; the pages begin anew. */
export const changed = (criteria: Criteria, change: Partial<Record<keyof Criteria, unknown>>): Criteria => {
  const merged = { ...criteria, cursor: undefined, ...change };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)) as unknown as Criteria;
};

/** Whether anything narrows the search. */
export const isNarrowed = (criteria: Criteria): boolean =>
  [...paramsOf(criteria).keys()].some((name) => name !== 'sort' && name !== 'cursor');
