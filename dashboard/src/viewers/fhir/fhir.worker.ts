// Reads FHIR off the page's thread, and keeps it there: the page has the lines, and asks for the one resource that it shows.

import { expose } from 'comlink';
import type { Told } from '../told.js';
import { NotFhir, entryOf, resourceOfLine, resourcesOf, type Entry, type Resource } from './model.js';

/** Most bytes that are read at once: what is larger does not become one string in all browsers. */
const MOST = 256 << 20;

/** Where a line of a file is, in bytes. */
type Span = readonly [from: number, to: number];

let resources: readonly Resource[] = [];
let lines: { readonly file: Blob; readonly spans: readonly Span[] } | undefined;

const whole = async (file: Blob): Promise<readonly Entry[]> => {
  if (file.size > MOST) throw new NotFhir('fhirTooLarge', MOST >> 20);
  let json: unknown;
  try {
    json = JSON.parse((await file.text()).replace(/^\ufeff/, ''));
  } catch (error) {
    throw new NotFhir('fhirNoJson', error instanceof Error ? error.message : String(error));
  }
  resources = resourcesOf(json);
  lines = undefined;
  return resources.map(entryOf);
};

/** Line by line, so that a file of any size goes through; of its resources only the places are kept. */
const ndjson = async (file: Blob): Promise<readonly Entry[]> => {
  const entries: Entry[] = [];
  const spans: Span[] = [];
  let number = 0;
  let from = 0;
  let rest = new Uint8Array();
  const decoder = new TextDecoder();
  const take = (bytes: Uint8Array, length: number): void => {
    number += 1;
    const line = decoder.decode(bytes).replace(/^\ufeff/, '');
    if (line.trim() !== '') {
      entries.push(entryOf(resourceOfLine(line, number), entries.length));
      spans.push([from, from + bytes.length]);
    }
    from += length;
  };
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let bytes = value;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + value.length);
      bytes.set(rest);
      bytes.set(value, rest.length);
    }
    let start = 0;
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      take(bytes.subarray(start, end), end + 1 - start);
      start = end + 1;
    }
    rest = bytes.slice(start);
    if (rest.length > MOST) throw new NotFhir('fhirLineTooLarge', number + 1, MOST >> 20);
  }
  if (rest.length > 0) take(rest, rest.length);
  resources = [];
  lines = { file, spans };
  return entries;
};

const worker = {
  /** Reads a file; gives a line about each resource, or what is wrong. */
  async open(file: Blob, isLines: boolean): Promise<{ entries: readonly Entry[] } | { problem: Told }> {
    try {
      return { entries: await (isLines ? ndjson(file) : whole(file)) };
    } catch (error) {
      if (error instanceof NotFhir) return { problem: error.told };
      throw error;
    }
  },

  /** A resource as JSON, indented. */
  async raw(index: number): Promise<string> {
    const span = lines?.spans[index];
    const json: unknown = lines && span ? JSON.parse(await lines.file.slice(...span).text()) : resources[index];
    return JSON.stringify(json, undefined, 2);
  },
};

/** What the worker does for the page. */
export type FhirWorker = typeof worker;

expose(worker);
