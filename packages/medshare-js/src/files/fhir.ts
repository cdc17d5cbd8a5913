// FHIR R4 in JSON: a resource, a bundle, or a resource a line (NDJSON). It goes through piece by piece: nothing but the
// names that are open is in memory.
//
// The types of resources are checked, and that JSON is what all readers take alike. The elements of resources are not:
// auditors check them against FHIR's definitions, and `medshare describe` does it beforehand.

import { reasonOf } from '../error.js';
import { Tally, unreadable, type CodeSystem, type Descriptor } from './descriptor.js';
import { JsonFault, JsonWalk, type Listener } from './json.js';
import { RESOURCE_TYPES } from './resources.js';

/** What a summary of a patient consists of; a section is present if one of its resource types is. */
const SECTIONS = [
  ['Patient'],
  ['Condition'],
  ['AllergyIntolerance'],
  ['MedicationRequest', 'MedicationStatement', 'MedicationAdministration'],
  ['Immunization'],
  ['Procedure'],
  ['Observation', 'DiagnosticReport'],
  ['Encounter'],
];

/** Elements that speak of when something was done or found. Birth dates are not among them. */
const DATES = new Set([
  'authoredOn',
  'date',
  'dateTime',
  'effectiveDateTime',
  'end',
  'issued',
  'occurrenceDateTime',
  'onsetDateTime',
  'performedDateTime',
  'recordedDate',
  'start',
  'started',
]);

const SYSTEMS = new Map<string, CodeSystem>([
  ['http://snomed.info/sct', 'Snomed'],
  ['http://loinc.org', 'Loinc'],
  ['http://www.nlm.nih.gov/research/umls/rxnorm', 'RxNorm'],
  ['http://hl7.org/fhir/sid/cvx', 'Cvx'],
  ['http://purl.obolibrary.org/obo/mondo.owl', 'Mondo'],
]);

const systemOf = (uri: string): CodeSystem | undefined =>
  SYSTEMS.get(uri) ?? (uri.startsWith('http://hl7.org/fhir/sid/icd-10') ? 'Icd10' : undefined);

/** An object or a list that is open, and what of it decides something. */
interface Open {
  readonly kind: 'object' | 'array';
  readonly name: string | undefined;
  readonly texts: Map<string, string>;
  /** Members or elements so far. */
  entries: number;
}

/** Follows the walk over a file, and counts. */
class Reader implements Listener {
  readonly tally = new Tally();
  readonly #open: Open[] = [];
  /** Resources of the outermost level so far. */
  roots = 0;
  bundle = false;
  #start = 0;
  #end = 0;
  #spread = false;
  #entries = 0;

  open(kind: Open['kind'], name: string | undefined, line: number): void {
    this.#member(name, kind, line);
    if (this.#open.length === 0) this.#begin(kind, line);
    this.#open.push({ kind, name, texts: new Map(), entries: 0 });
  }

  text(value: string, name: string | undefined, line: number): void {
    this.#member(name, 'text', line);
    if (name === undefined) return;
    if (DATES.has(name)) this.tally.date(value);
    if (name === 'resourceType' || name === 'system' || name === 'code') this.#open.at(-1)?.texts.set(name, value);
  }

  other(name: string | undefined, line: number): void {
    this.#member(name, 'other', line);
  }

  close(line: number): void {
    const closed = this.#open.pop();
    if (closed?.kind === 'object') this.#object(closed, line);
    else if (this.#open.length === 1 && closed?.name === 'entry') this.#entries = closed.entries;
    if (this.#open.length === 0) this.#finish(line);
  }

  // A value that stands in something, or by itself.
  #member(name: string | undefined, kind: Open['kind'] | 'text' | 'other', line: number): void {
    const parent = this.#open.at(-1);
    if (parent === undefined && kind !== 'object') throw new JsonFault('expected a FHIR resource, which is an object');
    if (parent === undefined) return;
    parent.entries += 1;
    // Which elements are entries is known only if the type came before them; then what is none is refused here.
    const [root] = this.#open;
    if (this.#open.length === 2 && parent.name === 'entry' && root?.texts.get('resourceType') === 'Bundle' && kind !== 'object') {
      throw new JsonFault(`entry[${parent.entries - 1}] (line ${line}): an entry is an object`);
    }
    if (this.#open.length === 1 && name === 'entry' && kind !== 'array' && root?.texts.get('resourceType') === 'Bundle') {
      throw new JsonFault('the entry of a bundle is a list');
    }
  }

  #object(object: Open, line: number): void {
    const type = object.texts.get('resourceType');
    const isResource = this.#open.length === 0;
    if (isResource && type === undefined) throw new JsonFault('it has no resourceType of FHIR R4');
    if (type !== undefined && !RESOURCE_TYPES.has(type)) {
      throw new JsonFault(`line ${line}: "${type.slice(0, 40)}" is no resourceType of FHIR R4`);
    }
    if (type !== undefined && type !== 'Bundle') this.tally.count(type, 1);
    const system = systemOf(object.texts.get('system') ?? '');
    const code = object.texts.get('code');
    if (system !== undefined && code !== undefined) this.tally.code(system, code);
    if (isResource) this.bundle = type === 'Bundle';
  }

  #begin(kind: Open['kind'], line: number): void {
    if (this.roots > 0 && this.#spread) {
      throw new JsonFault(`line ${line}: more comes after the resource; several are one a line (NDJSON)`);
    }
    if (this.roots > 0 && line === this.#end) {
      throw new JsonFault(`line ${line} holds more than one resource; NDJSON has one a line`);
    }
    if (kind === 'object') [this.#start, this.#entries] = [line, 0];
  }

  #finish(line: number): void {
    this.roots += 1;
    this.#end = line;
    this.#spread = line > this.#start;
    if (this.bundle && this.#entries === 0) throw new JsonFault(`line ${this.#start}: the bundle has no entry`);
    if (this.#spread && this.roots > 1) {
      throw new JsonFault(`the resource in line ${this.#start} ends in line ${line}; NDJSON has one a line`);
    }
  }
}

/**
 * Describes FHIR in JSON.
 *
 * @throws {MedshareError} `Unreadable`, with the line.
 */
export const describeFhir = async (document: Blob, signal?: AbortSignal): Promise<Descriptor> => {
  const reader = new Reader();
  const walk = new JsonWalk(reader);
  const sink = new WritableStream<Uint8Array>({
    write: (piece) => walk.write(piece),
    close: () => walk.end(),
  });
  try {
    await document.stream().pipeTo(sink, signal ? { signal } : {});
    if (reader.roots === 0) throw new JsonFault('there is no resource in it');
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    const reason = reasonOf(error);
    throw unreadable('FHIR', reason.includes('line ') ? reason : `line ${walk.line}: ${reason}`, error);
  }
  const { tally } = reader;
  const lines = reader.roots > 1;
  if (lines || reader.bundle) {
    tally.expect(SECTIONS.filter((section) => section.some((name) => tally.has(name))).length, SECTIONS.length);
  }
  return tally.finish('Fhir', lines ? 'application/fhir+ndjson' : 'application/fhir+json', document.size);
};
