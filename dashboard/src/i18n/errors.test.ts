// Every error that a call of the runtime can end with has words, in Chinese as well: compared with the committed metadata.

import { readFileSync } from 'node:fs';
import { $Metadata } from 'dedot/codecs';
import { describe, expect, it } from 'vitest';
import { DISPATCH as EN, wordsOf } from './en/errors.js';
import { en } from './en/index.js';
import { DISPATCH as ZH, PALLETS } from './zh/errors.js';
import { zh } from './zh/index.js';

const { pallets, types } = $Metadata.tryDecode(new Uint8Array(readFileSync(new URL('../../chain/metadata.scale', import.meta.url)))).latest;

/** The variants of an enum of the metadata, with the first type that each has inside. */
const variantsOf = (typeId: number): readonly { readonly name: string; readonly inner: number | undefined }[] => {
  const { typeDef } = types[typeId] ?? {};
  if (typeDef?.type !== 'Enum') return [];
  return typeDef.value.members.map(({ name, fields }) => ({ name, inner: fields[0]?.typeId }));
};

describe('the errors of the pallets', () => {
  it('are those of the runtime, each with Chinese words', () => {
    const names = pallets.flatMap(({ name, error }) => (error ? variantsOf(error.typeId).map((variant) => `${name}.${variant.name}`) : []));
    expect(names.length).toBeGreaterThan(200);
    expect(Object.entries(PALLETS).flatMap(([pallet, errors]) => Object.keys(errors).map((name) => `${pallet}.${name}`)).toSorted()).toEqual(names.toSorted());
    for (const name of names) expect(zh.chain.send.call(name, 'in English'), name).toMatch(/^\P{ASCII}.*。$/u);
  });

  it('are told in English by the pallet itself', () => {
    expect(en.chain.send.call('Marketplace.TooLate', 'The deadline has passed.')).toBe('The deadline has passed.');
  });
});

describe('the errors that no pallet has', () => {
  const dispatch = types.findIndex(({ path }) => path.join('::') === 'sp_runtime::DispatchError');
  const names = variantsOf(dispatch)
    .filter(({ name }) => name !== 'Module')
    .flatMap(({ name, inner }) => {
      const inside = inner === undefined ? [] : variantsOf(inner);
      return inside.length === 0 ? [name] : inside.map((variant) => `${name}.${variant.name}`);
    });

  it('have words in both languages', () => {
    expect(names).toContain('BadOrigin');
    expect(names).toContain('Token.FundsUnavailable');
    for (const name of names) {
      expect(wordsOf(EN, name), name).toBeDefined();
      expect(en.chain.send.call(name, ''), name).toBe(wordsOf(EN, name));
      expect(zh.chain.send.call(name, ''), name).toBe(wordsOf(ZH, name));
    }
  });

  it('are told by their name where the chain has new ones', () => {
    expect(en.chain.send.call('Novel.Error', '')).toBe('Novel.Error');
    expect(zh.chain.send.call('Novel.Error', '')).toMatch(/\p{Script=Han}/u);
  });
});
