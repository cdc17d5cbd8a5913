import { expect, test } from 'vitest';
import { TEXT_PAGE, encodingOf, hexLines, textPage } from './text.js';

const pages = async (text: string): Promise<string> => {
  const file = new Blob([text]);
  const count = Math.ceil(file.size / TEXT_PAGE);
  return (await Promise.all(Array.from({ length: count }, (_, page) => textPage(file, page, 'utf-8')))).join('');
};

test('the pages of a text make the text, wherever its characters are cut', async () => {
  for (const shift of [0, 1, 2, 3]) {
    const text = 'a'.repeat(shift) + '率€😀ö'.repeat(15_000);
    expect(await pages(text)).toBe(text);
  }
});

test('an encoding is told by the bytes', () => {
  const of = (...bytes: number[]): string => encodingOf(new Uint8Array(bytes));
  expect(of(0xff, 0xfe, 0x61, 0)).toBe('utf-16le');
  expect(of(0x47, 0xc3, 0xb6)).toBe('utf-8');
  expect(of(0x47, 0xf6, 0x61)).toBe('windows-1252');
});

test('bytes are shown in lines of sixteen with their offsets', () => {
  const lines = hexLines(new Uint8Array([...Array(17).keys()].map((i) => i + 0x3a)), 0x800);
  expect(lines).toHaveLength(2);
  expect(lines[0]?.offset).toBe('00000800');
  expect(lines[0]?.ascii).toBe(':;<=>?@ABCDEFGHI');
  expect(lines[1]).toEqual({ offset: '00000810', hex: '4a', ascii: 'J' });
  expect(hexLines(new Uint8Array([0, 0x7f, 0xff]), 0)[0]?.ascii).toBe('...');
});
