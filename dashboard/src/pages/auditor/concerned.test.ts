import { encodeAccount } from 'medshare-js';
import { expect, test, vi } from 'vitest';
import type { Member, Record } from '../../chain/node-client.js';
import { standingIn } from './concerned.js';

const [me, owner, hospital, other] = [1, 2, 3, 4].map((seed) => encodeAccount(new Uint8Array(32).fill(seed))) as [string, string, string, string];
const sponsors: Readonly<{ [who: string]: string | null }> = { [me]: hospital, [owner]: hospital };
const chain = () => ({
  record: vi.fn(async (record: number) => ({ owner: record === 9 ? other : owner }) as Record),
  member: vi.fn(async (who: string) => (who in sponsors ? ({ sponsor: sponsors[who] } as Member) : null)),
});

test('each review has the owner of its record and the conflicts of interest', async () => {
  const standing = standingIn(chain(), me);
  expect(await standing({ record: 1, holder: owner, excluded: [] })).toEqual({ owner, conflicts: ['sameSponsor'] });
  expect(await standing({ record: 9, holder: other, excluded: [] })).toEqual({ owner: other, conflicts: [] });
  expect(await standing({ record: 9, holder: other, excluded: [me] })).toEqual({ owner: other, conflicts: ['excluded'] });
});

test('who is no member any more has no sponsor', async () => {
  const standing = standingIn(chain(), other);
  expect(await standing({ record: 1, holder: owner, excluded: [] })).toEqual({ owner, conflicts: [] });
});

test('records and members are asked for once, however many reviews there are', async () => {
  const node = chain();
  const standing = standingIn(node, me);
  await Promise.all([1, 1, 2].map((record) => standing({ record, holder: owner, excluded: [] })));
  expect(node.record.mock.calls).toEqual([[1], [2]]);
  expect(node.member.mock.calls.map(([who]) => who).toSorted()).toEqual([me, owner].toSorted());
});

test('what cannot be read is no clean record', async () => {
  const node = { ...chain(), member: () => Promise.reject(new Error('down')) };
  await expect(standingIn(node, me)({ record: 1, holder: owner, excluded: [] })).rejects.toThrow('down');
});
