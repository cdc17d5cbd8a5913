import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { zh } from '../../i18n/zh/index.js';
import { filled } from '../told.js';
import { NotFhir, entryOf, filtered, inTime, resourceOfLine, resourcesOf, typesOf, yearOf } from './model.js';

const bundle = (): unknown =>
  JSON.parse(readFileSync(new URL('../../../../tests/fixtures/fhir/riojas.json', import.meta.url), 'utf8'));

test('every resource of a real bundle has a line that says what it is', () => {
  const resources = resourcesOf(bundle());
  const entries = resources.map(entryOf);
  expect(entries.length).toBe((bundle() as { entry: unknown[] }).entry.length);
  const types = typesOf(entries);
  expect(types.reduce((sum, { count }) => sum + count, 0)).toBe(entries.length);
  expect(entries.filter(({ title }) => title === '').map(({ type }) => type)).toEqual([]);
  const condition = entries.find(({ title }) => title === 'Myocardial Infarction');
  expect(condition).toMatchObject({ type: 'Condition', status: 'active' });
  expect(yearOf(condition?.when ?? '')).toBe('2008');
});

test('values are shown with their units, and components with their names', () => {
  const coded = (text: string) => ({ coding: [{ display: text }] });
  const pressure = entryOf(
    {
      resourceType: 'Observation',
      code: { text: 'Blood pressure' },
      component: [
        { code: coded('Systolic'), valueQuantity: { value: 120, unit: 'mmHg' } },
        { code: coded('Diastolic'), valueQuantity: { value: 80, comparator: '<', code: 'mm[Hg]' } },
      ],
    },
    3,
  );
  expect(pressure).toMatchObject({ index: 3, title: 'Blood pressure', detail: 'Systolic: 120 mmHg · Diastolic: <80 mm[Hg]' });
  expect(entryOf({ resourceType: 'Observation', valueQuantity: { value: 149.341362164628, unit: 'cm' } }, 0).detail).toBe('149.341 cm');
  expect(entryOf({ resourceType: 'Observation', valueBoolean: false }, 0).detail).toBe('false');
  expect(entryOf({ resourceType: 'Observation', valueRatio: { numerator: { value: 1 }, denominator: { value: 64 } } }, 0).detail).toBe('1 / 64');
});

test('it happened when it was so, not when it was written down', () => {
  expect(entryOf({ resourceType: 'Observation', issued: '2020-02-02', effectivePeriod: { start: '2019-01' } }, 0).when).toBe('2019-01');
  expect(entryOf({ resourceType: 'Basic' }, 0).when).toBe('');
});

test('the newest come first, and what has no time last', () => {
  const entries = ['2001', '', '2010-05', '2010-04-30', ''].map((date, i) => entryOf({ resourceType: 'X', date }, i));
  expect(inTime(entries).map(({ index }) => index)).toEqual([2, 3, 0, 1, 4]);
});

test('a filter wants its type and all its words', () => {
  const entries = [entryOf({ resourceType: 'A', title: 'left knee' }, 0), entryOf({ resourceType: 'B', title: 'left hip' }, 1)];
  expect(filtered(entries, { type: '', words: 'LEFT' })).toHaveLength(2);
  expect(filtered(entries, { type: '', words: 'left knee' }).map(({ index }) => index)).toEqual([0]);
  expect(filtered(entries, { type: 'B', words: 'knee' })).toEqual([]);
});

test('strange elements do not break a line', () => {
  const strange = { resourceType: 7, id: {}, code: [null, 3], component: [null], name: [[]], period: [], result: 'x', total: 5 };
  expect(entryOf(strange, 0)).toMatchObject({ type: '7', id: '', title: '' });
});

test('what is no FHIR is refused with the reason', () => {
  expect(() => resourcesOf([])).toThrow(NotFhir);
  expect(() => resourcesOf({})).toThrow('no resourceType');
  expect(() => resourcesOf({ resourceType: 'Bundle', entry: {} })).toThrow('no list');
  expect(() => resourcesOf({ resourceType: 'Bundle', entry: [{}, 1] })).toThrow('entry 1');
  expect(resourcesOf({ resourceType: 'Bundle' })).toEqual([]);
  expect(() => resourceOfLine('{', 12)).toThrow('line 12');
  expect(() => resourceOfLine('{"a":1}', 2)).toThrow('line 2 is no resource');
});

test('why it is none can be said in any language', () => {
  const wrong = [
    () => resourcesOf([]),
    () => resourcesOf({}),
    () => resourcesOf({ resourceType: 'Bundle', entry: {} }),
    () => resourcesOf({ resourceType: 'Bundle', entry: [{}, 1] }),
    () => resourceOfLine('{', 12),
    () => resourceOfLine('{}', 2),
  ];
  const told = wrong.map((read) => {
    try {
      return read();
    } catch (error) {
      const { word, values } = (error as NotFhir).told;
      return filled(zh.viewers[word], values);
    }
  });
  for (const words of told) expect(words).toMatch(/\p{Script=Han}/u);
  expect(told.slice(3)).toEqual([expect.stringContaining('第 1 项'), expect.stringMatching(/第 12 行.*JSON/), '第 2 行不是资源']);
});
