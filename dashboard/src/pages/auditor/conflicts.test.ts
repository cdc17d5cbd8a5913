import { encodeAccount } from 'medshare-js';
import { expect, test } from 'vitest';
import { conflictsOf, seatState, urgency, type Concerned } from './conflicts.js';

const [me, owner, holder, hospital, other] = [1, 2, 3, 4, 5].map((seed) => encodeAccount(new Uint8Array(32).fill(seed))) as [string, string, string, string, string];
const concerned = (change: Partial<Concerned> = {}): Concerned => ({
  owner,
  holder,
  excluded: [other],
  sponsors: { mine: other, owners: hospital, holders: hospital },
  ...change,
});

test('who has nothing to do with a record has no conflict', () => {
  expect(conflictsOf(me, concerned())).toEqual([]);
  expect(conflictsOf(me, concerned({ sponsors: { mine: null, owners: null, holders: null } }))).toEqual([]);
});

test('each reason for which the chain bars somebody is found', () => {
  expect(conflictsOf(owner, concerned())).toContain('owner');
  expect(conflictsOf(holder, concerned())).toContain('holder');
  expect(conflictsOf(other, concerned())).toContain('excluded');
  expect(conflictsOf(hospital, concerned())).toContain('sponsorOf');
  const sponsored = (mine: string): readonly string[] => conflictsOf(me, concerned({ sponsors: { mine, owners: hospital, holders: null } }));
  expect(sponsored(owner)).toEqual(['sponsoredBy']);
  expect(sponsored(hospital)).toEqual(['sameSponsor']);
});

test('an account is the same in every notation', () => {
  const hex = `0x${'02'.repeat(32)}`;
  expect(conflictsOf(hex, concerned())).toContain('owner');
});

test('a seat waits for its key, then for its vote, until its time is over', () => {
  const seat = { sealed: null, vote: null, due: 10 };
  expect(seatState(seat, 10)).toBe('keyDue');
  expect(seatState({ ...seat, sealed: {} }, 10)).toBe('voteDue');
  expect(seatState({ ...seat, sealed: {} }, 11)).toBe('overdue');
  expect(seatState({ ...seat, sealed: {}, vote: {} }, 11)).toBe('voted');
});

test('what can be voted on comes first, by its time', () => {
  const seats = [
    { id: 'voted', sealed: {}, vote: {}, due: 1 },
    { id: 'waits', sealed: null, vote: null, due: 2 },
    { id: 'later', sealed: {}, vote: null, due: 9 },
    { id: 'sooner', sealed: {}, vote: null, due: 3 },
  ];
  expect(seats.toSorted(urgency).map(({ id }) => id)).toEqual(['sooner', 'later', 'waits', 'voted']);
});
