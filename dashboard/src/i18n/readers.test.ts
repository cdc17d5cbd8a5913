// The readers of files say in English what they notice. Their sources are looked through for every such sentence: each has to
// have words of its own on Chinese pages.

import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countName } from '../ui/descriptor.js';
import { en as english } from './en/index.js';
import { readers as en } from './en/readers.js';
import { zh as chinese } from './zh/index.js';
import { readers as zh } from './zh/readers.js';
import { RESOURCES } from './zh/resources.js';

const FOLDER = new URL('../../../crates/files/src/', import.meta.url);
const HAN = /\p{Script=Han}/u;

/** What runs of the readers: without their own tests. Lines that a literal goes on over are joined. */
const sources = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.rs'))
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8').split('#[cfg(test)]')[0] ?? '')
  .map((text) => text.replaceAll(/\\\n\s*/g, ''));

const LITERAL = String.raw`"((?:[^"\\]|\\.)*)"`;

/** The literals that follow a pattern, each with something in its holes. */
const literalsAfter = (pattern: string): string[] =>
  sources.flatMap((text) => [...text.matchAll(new RegExp(`${pattern}\\s*(?:format!\\(\\s*)?${LITERAL}`, 'g'))].map(([, literal = '']) => filled(literal)));

const filled = (literal: string): string => literal.replaceAll(/\{[^{}]*\}/g, 'X').replaceAll('\\"', '"');

const isTold = (told: string, own: string): void => {
  expect(told, own).toMatch(HAN);
  expect(told).not.toBe(own);
};

describe('what a reader notices', () => {
  const calls = sources.flatMap((text) => [...text.matchAll(/\.remark\(\s*(\S[^\n]*)|remarks\s*\.push\(\s*(\S[^\n]*)/g)].map(([, one, other]) => one ?? other ?? ''));
  const sentences = [...literalsAfter(String.raw`(?:\.remark|remarks\s*\.push)\(`), ...literalsAfter(String.raw`fn remark[^}]*?(?:then\(\|\| |Some\()`)];

  it('is all of what their sources have them say', () => {
    // What is no sentence is one of an error, or of the functions that are named `remark` themselves.
    const others = calls.filter((call) => !/^(?:format!\(\s*)?(?:"|$)/.test(call));
    const known = [/^error\.to_string\(\)/, /^remark\);/, /^&(?:single::)?extension_of\(/, /^\) \{/, /^text\);/];
    expect(others.filter((other) => !known.some((one) => one.test(other)))).toEqual([]);
    expect(calls.length).toBeGreaterThan(15);
    expect(sentences.length).toBeGreaterThan(12);
  });

  it('has Chinese words', () => {
    for (const sentence of sentences) isTold(zh.remark(sentence), sentence);
    expect(en.remark('as it is')).toBe('as it is');
  });

  it('has them also where it is about a file of a folder', () => {
    for (const sentence of sentences) {
      expect(zh.remark(`a: b.dcm: ${sentence}`), sentence).toMatch(/^a: b\.dcm：.*\p{Script=Han}/u);
    }
  });

  it('has them for why something could not be read, be it a file or a page', () => {
    const errors = readFileSync(new URL('error.rs', FOLDER), 'utf8').replaceAll(/\\\n\s*/g, '');
    const messages = [...errors.matchAll(new RegExp(`#\\[error\\(\\s*${LITERAL}`, 'g'))].map(([, literal = '']) => filled(literal));
    // A file that cannot be read or written at all gets no remark, but is an error.
    const remarked = messages.filter((message) => !message.startsWith('cannot '));
    expect(remarked.length).toBeGreaterThan(6);
    for (const message of remarked) isTold(zh.remark(message), message);

    const reasons = [...literalsAfter(String.raw`\.unread\(`), ...literalsAfter(String.raw`fn open\(input[^}]*?Err\(`), 'is compressed in a way that might fill all memory'];
    expect(reasons.length).toBeGreaterThan(5);
    for (const reason of reasons) {
      expect(zh.remark(`it ${reason}, and so nobody looked into it`), reason).not.toMatch(/[a-z]{5}/);
      expect(zh.remark(`page 3 ${reason}: nobody looked at its text`), reason).toMatch(/^第 3 页/);
      expect(zh.remark(`page 3 ${reason}: nobody looked at its text`), reason).not.toMatch(/[a-z]{5}/);
    }
  });

  it('stays as it is where nobody has words for it', () => {
    expect(zh.remark('something new')).toBe('something new');
  });
});

describe('what a program cannot see', () => {
  const limits = literalsAfter(String.raw`limits\s*\.insert\(`);

  it('has Chinese words', () => {
    expect(limits.length).toBeGreaterThan(3);
    for (const limit of limits) isTold(zh.limit(limit), limit);
  });
});

describe('what identifies', () => {
  it('is told by its kind, or more closely where that says little', () => {
    expect(zh.finding('names', 'the name of an organisation or a place')).toBe('姓名');
    expect(zh.finding('other', 'free text')).toBe('自由文本');
    expect(zh.finding('photograph', 'a photograph: look at it')).toBe('照片：请查看');
    expect(en.finding('other', 'free text')).toBe('free text');
  });

  it('has in the sources of the readers what the words are for', () => {
    const all = sources.join('\n');
    for (const own of ['such images often have text burned in: look at it', 'a photograph: look at it', 'text or data beside an image or pages', 'an attached document, unread']) {
      expect(all).toContain(own);
    }
  });
});

describe('what a reader counts', () => {
  const source = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8').split('#[cfg(test)]')[0] ?? '';
  const listed = (text: string, list: string): readonly string[] => {
    const [, entries = ''] = new RegExp(`const ${list}: [^=]*= &?\\[([^;]*)\\];`).exec(text) ?? [];
    return [...entries.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name);
  };
  const asked = sources.flatMap((text) => [...text.matchAll(/tally\s*\.count\(\s*([^,]+),/g)].map(([, of = '']) => of));
  const named = asked.filter((of) => of.startsWith('"')).map((of) => of.slice(1, -1));
  const sequences = listed(source('dicom/summary.rs'), 'COUNTED');
  const entries = listed(source('dicom/directory.rs'), 'COUNTED').map((type) => type.toLowerCase());
  const types = listed(source('fhir/resources.rs'), 'TYPES');

  it('is all of what their sources have them count', () => {
    // What is no literal is of those lists, or is a media type or a segment of HL7, which have no words in any language.
    const others = [...new Set(asked.filter((of) => !of.startsWith('"')))];
    expect(others.toSorted()).toEqual(['&of.to_lowercase()', '&segment.name', 'form.media_type()', 'name', 'of']);
    expect([named.length > 6, sequences.length, entries.length, types.length]).toEqual([true, 5, 12, 146]);
  });

  it('has words in both languages, and no others have', () => {
    const all = [...new Set([...named, ...sequences, ...entries])].toSorted();
    expect(Object.keys(english.domain.descriptor.counts).toSorted()).toEqual(all);
    for (const of of all) isTold(countName(chinese, of), of);
    expect([countName(english, 'frames'), countName(english, 'content items')]).toEqual(['image', 'content item']);
  });

  it('has them for every type of resource, also for one that is cut', () => {
    expect(Object.keys(RESOURCES)).toEqual(types);
    for (const type of types) isTold(countName(chinese, type.slice(0, 32)), type);
    expect(countName(english, 'Observation')).toBe('Observation');
  });

  it('stays as it is where it has no words', () => {
    for (const of of ['PID', 'text/csv', 'constructor']) expect([countName(chinese, of), countName(english, of)]).toEqual([of, of]);
  });
});
