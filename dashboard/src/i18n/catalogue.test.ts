import { describe, expect, it } from 'vitest';
import { en } from './en/index.js';
import { zh } from './zh/index.js';

type Texts = { readonly [name: string]: unknown };

/** Every text with its path; what takes arguments is made with marks for them. */
const textsOf = (texts: Texts, path = ''): Map<string, string> => {
  const found = new Map<string, string>();
  for (const [name, text] of Object.entries(texts)) {
    const at = path === '' ? name : `${path}.${name}`;
    if (typeof text === 'string') found.set(at, text);
    else if (typeof text === 'function') found.set(at, String((text as (...args: unknown[]) => unknown)(2, 3, 4)));
    else for (const [inner, value] of textsOf(text as Texts, at)) found.set(inner, value);
  }
  return found;
};

describe('the catalogues', () => {
  const english = textsOf(en);
  const chinese = textsOf(zh);

  it('have the same texts, none of them empty', () => {
    expect([...chinese.keys()].toSorted()).toEqual([...english.keys()].toSorted());
    for (const [path, text] of [...english, ...chinese]) expect(text.trim(), path).not.toBe('');
  });

  it('say in Chinese what is not a name', () => {
    // Letters only where English and Chinese both write them: names of programs, units, formats.
    const same = [...english].filter(([path, text]) => chinese.get(path) === text && /[a-z]{4}/.test(text));
    expect(same.map(([path]) => path)).toEqual(['shell.name']);
  });
});
