import { describe, expect, test } from 'vitest';
import { recognise } from './form.js';

const form = async (content: string | Uint8Array<ArrayBuffer>, told?: string) => (await recognise(new Blob([content]), told)).form;
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'string' ? [...part].map((letter) => letter.charCodeAt(0)) : part)));

describe('a file is what its bytes say', () => {
  test('DICOM by the word behind its preamble', async () => {
    expect(await form(bytes(new Array<number>(128).fill(0), 'DICM'))).toBe('dicom');
    expect(await form(bytes(new Array<number>(127).fill(0), 'DICM'))).toBe('bytes');
  });

  test('FHIR by its resourceType, one object or one a line', async () => {
    expect(await form('\ufeff {"resourceType":"Bundle"}')).toBe('fhir');
    expect(await form('{"resourceType":"Patient"}\n{"resourceType":"Patient"}\n')).toBe('ndjson');
    expect(await form('{\n"resourceType":"Patient"\n}')).toBe('fhir');
    expect(await form('{"resourceType":"Patient"}\n')).toBe('fhir');
    expect(await form('{"other":1}')).toBe('text');
  });

  test('a broken bundle is still FHIR, so that it is said what is wrong with it', async () => {
    expect(await form('{"resourceType":"Bundle","entry":[')).toBe('fhir');
  });

  test('tables need the same separators in each line, outside quotes', async () => {
    expect(await form('id,note\n1,"a, b"\n2,c\n')).toBe('csv');
    expect(await form('id\tnote\n1\tb\n')).toBe('csv');
    expect(await form('A letter, with a comma.\nAnd a line without.\n')).toBe('text');
    expect(await form('only\none\ncolumn\n', 'text/csv')).toBe('csv');
  });

  test('a media type does not make a file what it is not', async () => {
    expect(await form(bytes('%PDF-1.7'), 'image/png')).toBe('pdf');
    expect(await form(bytes([0, 1, 2, 3]), 'text/csv')).toBe('bytes');
  });

  test('text in old encodings is text; control characters are not', async () => {
    expect(await form(bytes('Gr', [0xf6, 0xdf], 'e'))).toBe('text');
    expect(await form(bytes('Gr', [0xf6, 0x01], 'e'))).toBe('bytes');
    expect(await form(bytes([0xff, 0xfe], 'a', [0], 'b', [0]))).toBe('text');
  });

  test('what is cut off within a character is text all the same', async () => {
    expect(await form(`${'a'.repeat((1 << 16) - 1)}é`)).toBe('text');
  });

  test('nothing is bytes', async () => {
    expect(await form('')).toBe('bytes');
  });
});
