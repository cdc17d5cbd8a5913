import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { MOST_ROWS, MOST_SEARCHED, bytesOf, dragged, filteredRows, isCutOff, presetsOf, searchedIn, shortened, tagRows, valueText } from './model.js';

const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../../../../tests/fixtures/${name}`, import.meta.url)));

test('items of sequences stand below them, and private elements are told apart', () => {
  const { rows, left } = tagRows(
    {
      '0040A730': { vr: 'SQ', Value: [{ '00080100': { vr: 'SH', Value: ['T1'] } }] },
      '00100010': { vr: 'PN', Value: [{ Alphabetic: 'A^B', Ideographic: '' }] },
      '00091001': { vr: 'LO', Value: ['x'] },
      _note: { vr: 'XX' },
    },
    (tag) => (tag === '(0010,0010)' ? 'PatientName' : 'Other'),
  );
  expect(rows.map(({ tag, depth, name, value, isPrivate }) => [tag, depth, name, value, isPrivate])).toEqual([
    ['(0009,1001)', 0, '', 'x', true],
    ['(0010,0010)', 0, 'PatientName', 'A^B', false],
    ['(0040,A730)', 0, 'Other', '[1]', false],
    ['(0008,0100)', 1, 'Other', 'T1', false],
  ]);
  expect(left).toBe(0);
});

test('values are joined and kept whole, and bytes are counted', () => {
  expect(valueText(['ORIGINAL', 'PRIMARY'])).toBe('ORIGINAL\\PRIMARY');
  expect(bytesOf([new ArrayBuffer(3), new Uint8Array(4)])).toEqual({ size: 7, fragments: 2 });
  expect([bytesOf([]), bytesOf(['a', new ArrayBuffer(3)])]).toEqual([undefined, undefined]);
  expect(valueText([])).toBe('');
  expect(valueText(['x'.repeat(300)])).toHaveLength(300);
  expect(valueText(Array.from({ length: 1_000 }, () => '1.5'))).toHaveLength(3_999);
  const { rows } = tagRows({ '00081190': { vr: 'UR', Value: ['x'.repeat(70_000)] }, '7FE00010': { vr: 'OB', Value: [new ArrayBuffer(9)] } }, () => '');
  expect(rows.map(({ value, bytes }) => [value.length, bytes])).toEqual([[70_000, undefined], [0, { size: 9, fragments: 1 }]]);
});

test('long values are cut until they are opened', () => {
  expect(shortened('x'.repeat(256))).toBe('x'.repeat(256));
  expect(shortened('x'.repeat(257))).toBe(`${'x'.repeat(256)}…`);
});

test('rows that are too many are left out, and counted wherever they are', () => {
  const item = { '00080100': { vr: 'SH', Value: ['T1'] }, '00080102': { vr: 'SH', Value: ['99'] } };
  const { rows, left } = tagRows({ '0040A730': { vr: 'SQ', Value: Array.from({ length: 15_000 }, () => item) } }, () => '');
  expect([rows.length, left]).toEqual([MOST_ROWS, 1 + 30_000 - MOST_ROWS]);
});

test('elements are found by tag with or without its marks, and by words', () => {
  const { rows } = tagRows({ '00100010': { vr: 'PN', Value: ['A^B'] }, '00280010': { vr: 'US', Value: [64] } }, () => 'Name');
  const found = (words: string): number => filteredRows(rows, rows.map(searchedIn), words).length;
  expect(['00100010', '(0028,', 'name us', 'a^B', 'nothing', ' '].map(found)).toEqual([1, 1, 1, 1, 0, 2]);
});

test('words are looked for at the beginning of a value only, however long it is', () => {
  const value = `${'x'.repeat(MOST_SEARCHED - 4)}near far`;
  const { rows } = tagRows({ '0040A160': { vr: 'UT', Value: [value] } }, () => 'TextValue');
  expect(searchedIn(rows[0]!).length).toBeLessThan(MOST_SEARCHED + 100);
  expect(['near', 'far'].map((word) => filteredRows(rows, rows.map(searchedIn), word).length)).toEqual([1, 0]);
});

test('dragging to the right widens, upwards brightens, and the width stays positive', () => {
  const window = { center: 40, width: 512 };
  expect(dragged(window, 10, 0)).toEqual({ center: 40, width: 532 });
  expect(dragged(window, 0, -10)).toEqual({ center: 20, width: 512 });
  expect(dragged(window, -10_000, 0).width).toBe(1);
});

test('only CT has the usual windows, behind those of the file', () => {
  const own = { name: '1', center: 1, width: 2, ofFile: true };
  expect(presetsOf('MR', [own])).toEqual([own]);
  expect(presetsOf('CT', [own])[0]).toBe(own);
  expect(presetsOf('CT', []).map(({ name }) => name)).toContain('lung');
});

test('pixels that reach beyond the end of the file are noticed', () => {
  expect(isCutOff(fixture('bad/MR_truncated.dcm'))).toBe(true);
  expect(isCutOff(fixture('dicom/MR_small.dcm'))).toBe(false);
  expect(isCutOff(fixture('dicom/CT_small.dcm'))).toBe(false);
  expect(isCutOff(fixture('dicom/rtdose.dcm'))).toBe(false);
  expect(isCutOff(fixture('dicom/reportsi.dcm'))).toBe(false);
});
