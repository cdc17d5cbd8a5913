import { MedshareError } from 'medshare-js';
import { expect, test } from 'vitest';
import { isMissing, whyNotFetched } from './vaults.js';

const refused = (code: string): MedshareError =>
  new MedshareError('Refused', code, { problem: { title: '', detail: '', code, action: '', status: 404 } });
const [unknown, damaged, elsewhere] = [refused('blob-unknown'), refused('blob-damaged'), refused('blob-elsewhere')];

test('what a vault lacks is missing; what it does not give is not', () => {
  expect([unknown, damaged, new MedshareError('WrongBlob', '')].map(isMissing)).toEqual([true, true, true]);
  expect([elsewhere, refused('version-unknown'), new MedshareError('Unreachable', ''), new Error(), undefined].map(isMissing)).toEqual(Array(5).fill(false));
});

test('a record is missing only if every one of its vaults was asked and says so', () => {
  const down = new MedshareError('Unreachable', 'down');
  expect(whyNotFetched(1, [{ vault: 'a', error: unknown }, { vault: 'b', error: damaged }], [])).toBe(damaged);
  expect(whyNotFetched(1, [{ vault: 'a', error: elsewhere }, { vault: 'b', error: unknown }], [])).toBe(elsewhere);
  expect(whyNotFetched(1, [{ vault: 'a' }, { vault: 'b', error: unknown }], [down])).toBe(down);
  const error = whyNotFetched(1, [{ vault: 'a', error: unknown }, { vault: 'b' }], []) as MedshareError;
  expect([error.code, error.hint]).toEqual(['Unreachable', 'It is at b: name the address of that vault under Settings.']);
});
