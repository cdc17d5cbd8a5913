// Why a vault refuses has words on Chinese pages: its sources are looked through for every stable name that it has for that.

import { readFileSync, readdirSync } from 'node:fs';
import { MedshareError } from 'medshare-js';
import { expect, it } from 'vitest';
import { explain } from '../ui/state.js';
import { en } from './en/index.js';
import { zh } from './zh/index.js';
import { REFUSALS } from './zh/vault.js';

const FOLDER = new URL('../../../crates/vault/src/', import.meta.url);

/** Of the code that makes failures, without its tests: names on lines of their own, as they are written there. */
const names = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.rs'))
  .map((name) => readFileSync(new URL(name, FOLDER), 'utf8').split('#[cfg(test)]')[0] ?? '')
  .filter((text) => text.includes('Failure'))
  // What follows is the title; names of other things, such as headers, have none.
  .flatMap((text) => [...text.matchAll(/^\s*"([a-z]+(?:-[a-z]+)*)",\n\s*(?:"[A-Z]|title|that are|"that are|"in all)/gm), ...text.matchAll(/^\s*StatusCode::[A-Z_]+,\n\s*"([a-z]+(?:-[a-z]+)*)",$/gm)])
  .map(([, name = '']) => name);

const refused = (code: string) =>
  new MedshareError('Refused', `the vault refused: so it is (${code})`, { problem: { title: 'T', detail: 'so it is', action: 'A', status: 403, code } });

it('every reason of a vault has Chinese words', () => {
  expect(names.length).toBeGreaterThan(40);
  expect(Object.keys(REFUSALS).toSorted()).toEqual([...new Set(names)].toSorted());
  for (const name of names) expect(explain(refused(name), zh), name).toEqual({ what: REFUSALS[name], detail: expect.stringContaining(name) });
});

it('a new reason is a refusal all the same', () => {
  expect(explain(refused('something-new'), zh).what).toMatch(/存储库拒绝/);
  expect(explain(refused('something-new'), en).what).toBe('the vault refused: so it is (something-new)');
});
