// What a reader sees of FHIR resources: when, what, and how much. It goes by the names of elements, which mean the same in
// all resources of R4, so that a resource of any type has its line.

import { viewers as english } from '../../i18n/en/viewers.js';
import { filled, type Told, type Word } from '../told.js';

/** A FHIR resource, or whatever stands in its place. */
export type Resource = Readonly<Record<string, unknown>>;

/** A line about a resource. */
export interface Entry {
  /** Its place in the file, from 0. */
  readonly index: number;
  /** Its type, such as `Observation`. */
  readonly type: string;
  /** Its id, empty if it has none. */
  readonly id: string;
  /** What it is, in the words of its codes. */
  readonly title: string;
  /** How much, or how it turned out. */
  readonly detail: string;
  /** Its status, such as `final`; empty if it has none. */
  readonly status: string;
  /** When, as it is written in the file; empty if it does not say. Sorting it as text sorts it in time, as far as it goes. */
  readonly when: string;
}

const record = (value: unknown): Resource | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Resource) : undefined;

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

const text = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

/** The words of a CodeableConcept, a Coding or a list of them. */
const concept = (value: unknown): string => {
  for (const each of list(value)) {
    const it = record(each);
    if (!it) continue;
    const own = text(it['text']) || text(it['display']);
    if (own) return own;
    for (const coding of list(it['coding'])) {
      const words = text(record(coding)?.['display']) || text(record(coding)?.['code']);
      if (words) return words;
    }
    const code = text(it['code']);
    if (code) return code;
  }
  return '';
};

/** Elements that say what a resource is about, the most telling first. */
const TITLES = [
  'code',
  'medicationCodeableConcept',
  'vaccineCode',
  'type',
  'category',
  'serviceType',
  'relationship',
  'class',
  'procedureCode',
  'modality',
] as const;

const titleOf = (resource: Resource): string => {
  for (const name of TITLES) {
    const words = concept(resource[name]);
    if (words) return words;
  }
  const reference = text(record(resource['medicationReference'])?.['display']);
  return reference || text(resource['title']) || text(resource['description']) || humanName(resource['name']);
};

/** A name: of an organisation as text, of a person in its parts. */
const humanName = (value: unknown): string => {
  const first = list(value)[0];
  if (typeof first === 'string') return first;
  const name = record(first);
  if (!name) return '';
  return text(name['text']) || [...list(name['given']).map(text), text(name['family'])].filter(Boolean).join(' ');
};

/** A number as people read it: six digits are more than any measurement has. The JSON has all of them. */
const figure = (value: unknown): string => (typeof value === 'number' ? String(Number(value.toPrecision(6))) : text(value));

const quantity = (value: unknown): string => {
  const it = record(value);
  if (!it) return '';
  return [`${text(it['comparator'])}${figure(it['value'])}`, text(it['unit']) || text(it['code'])].filter(Boolean).join(' ');
};

const range = (value: unknown, between: string): string => {
  const it = record(value);
  return it ? [quantity(it['low']) || quantity(it['numerator']), quantity(it['high']) || quantity(it['denominator'])].filter(Boolean).join(between) : '';
};

/** The value of an element with a choice of types, such as `value[x]`. */
const choice = (resource: Resource, name: string): string =>
  quantity(resource[`${name}Quantity`]) ||
  concept(resource[`${name}CodeableConcept`]) ||
  text(resource[`${name}String`]) ||
  text(resource[`${name}Integer`]) ||
  text(resource[`${name}Boolean`]) ||
  text(resource[`${name}DateTime`]) ||
  range(resource[`${name}Range`], ' – ') ||
  range(resource[`${name}Ratio`], ' / ');

const detailOf = (resource: Resource): string => {
  const parts: string[] = [];
  const add = (words: string): void => {
    if (words && !parts.includes(words)) parts.push(words);
  };
  add(choice(resource, 'value'));
  for (const component of list(resource['component'])) {
    const it = record(component);
    if (it) add([concept(it['code']), choice(it, 'value')].filter(Boolean).join(': '));
  }
  add(concept(resource['interpretation']));
  add(concept(resource['dataAbsentReason']));
  add(text(resource['conclusion']));
  add(concept(resource['reasonCode']));
  add(concept(resource['severity']));
  for (const dosage of list(resource['dosageInstruction'] ?? resource['dosage'])) add(text(record(dosage)?.['text']));
  for (const reaction of list(resource['reaction'])) add(concept(record(reaction)?.['manifestation']));
  add(concept(resource['bodySite']));
  add(text(resource['gender']));
  const total = record(resource['total'] ?? resource['totalPrice']);
  add([text(total?.['value']), text(total?.['currency'])].filter(Boolean).join(' '));
  const results = list(resource['result']).length;
  if (results > 0) add(`${results} × Observation`);
  return parts.join(' · ');
};

/** Elements that say when, the most telling first: when it was so, before when it was written down. */
const MOMENTS = [
  'effectiveDateTime',
  'effectivePeriod',
  'effectiveInstant',
  'onsetDateTime',
  'onsetPeriod',
  'performedDateTime',
  'performedPeriod',
  'occurrenceDateTime',
  'occurrencePeriod',
  'period',
  'started',
  'authoredOn',
  'servicedDate',
  'billablePeriod',
  'recordedDate',
  'issued',
  'date',
  'created',
  'recorded',
  'birthDate',
] as const;

const whenOf = (resource: Resource): string => {
  for (const name of MOMENTS) {
    const value = resource[name];
    const found = text(value) || text(record(value)?.['start']) || text(record(value)?.['end']);
    if (found) return found;
  }
  return '';
};

const statusOf = (resource: Resource): string => text(resource['status']) || concept(resource['clinicalStatus']);

/** The line about a resource. */
export const entryOf = (resource: Resource, index: number): Entry => ({
  index,
  type: text(resource['resourceType']) || '?',
  id: text(resource['id']),
  title: titleOf(resource),
  detail: detailOf(resource),
  status: statusOf(resource),
  when: whenOf(resource),
});

/** Why a file cannot be shown as FHIR. */
export class NotFhir extends Error {
  override readonly name = 'NotFhir';
  /** The same, to be said in any language. */
  readonly told: Told;

  constructor(word: Word, ...values: readonly (string | number)[]) {
    super(filled(english[word], values));
    this.told = { word, values };
  }
}

/** The resources of a bundle, or the one resource that the file is. */
export const resourcesOf = (json: unknown): readonly Resource[] => {
  const root = record(json);
  if (!root) throw new NotFhir('fhirNoObject');
  if (typeof root['resourceType'] !== 'string') throw new NotFhir('fhirNoType');
  if (root['resourceType'] !== 'Bundle') return [root];
  if (root['entry'] !== undefined && !Array.isArray(root['entry'])) throw new NotFhir('fhirNoList');
  return list(root['entry']).map((each, i) => {
    const entry = record(each);
    if (!entry) throw new NotFhir('fhirEntryNoObject', i);
    // An entry may have only a request or a response.
    return record(entry['resource']) ?? { resourceType: '—', ...entry };
  });
};

/** The resources of a line of NDJSON, counted from 1. */
export const resourceOfLine = (line: string, number: number): Resource => {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    throw new NotFhir('fhirLineNoJson', number, error instanceof Error ? error.message : String(error));
  }
  const resource = record(json);
  if (!resource || typeof resource['resourceType'] !== 'string') throw new NotFhir('fhirLineNoResource', number);
  return resource;
};

/** What of a file is shown. */
export interface Filter {
  /** Only resources of this type; all, if it is empty. */
  readonly type: string;
  /** Only those in whose line all of these words occur. */
  readonly words: string;
}

/** The entries that a filter lets through, in their order. */
export const filtered = (entries: readonly Entry[], { type, words }: Filter): readonly Entry[] => {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter((entry) => {
    if (type && entry.type !== type) return false;
    const line = `${entry.type} ${entry.title} ${entry.detail} ${entry.status} ${entry.when} ${entry.id}`.toLowerCase();
    return wanted.every((word) => line.includes(word));
  });
};

/** Resources in the order of time, the newest first; those without a time come last, in the order of the file. */
export const inTime = (entries: readonly Entry[]): readonly Entry[] =>
  [...entries].sort((a, b) => (a.when === b.when ? a.index - b.index : a.when < b.when ? 1 : -1));

/** How many there are of each type, the most frequent first. */
export const typesOf = (entries: readonly Entry[]): readonly { type: string; count: number }[] => {
  const counts = new Map<string, number>();
  for (const { type } of entries) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts]
    .map(([type, count]) => ({ type, count }))
    .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1));
};

/** The year of a moment as FHIR writes it; empty if it says none. */
export const yearOf = (when: string): string => /^\d{4}/.exec(when)?.[0] ?? '';
