import { expect, test } from 'vitest';
import { entered, standing, type Typed } from './range.js';
import { yearOf } from './search.js';

const years = (low: string, high: string): Typed => ({ values: [low, high], refused: [undefined, undefined] });
const wrongs = ({ refused }: Typed): readonly (string | undefined)[] => refused.map((one) => one?.why);

test('an end that is right counts, and an empty one is open', () => {
  expect(entered(years('2010', ''), 1, '2020', yearOf)).toEqual(years('2010', '2020'));
  expect(entered(years('2010', '2020'), 0, '', yearOf)).toEqual(years('', '2020'));
});

test('an end that is refused counts once the other one is corrected, or it itself', () => {
  const crossed = entered(years('2010', ''), 1, '2001', yearOf);
  expect([crossed.values, wrongs(crossed)]).toEqual([['2010', ''], [undefined, 'crossed']]);
  expect(entered(crossed, 0, '2000', yearOf)).toEqual(years('2000', '2001'));
  expect(entered(crossed, 0, '', yearOf)).toEqual(years('', '2001'));
  expect(entered(crossed, 1, '2011', yearOf)).toEqual(years('2010', '2011'));
  expect(entered(crossed, 1, '', yearOf)).toEqual(years('2010', ''));
});

test('both ends are marked while neither of what was typed counts', () => {
  const crossed = entered(years('2010', ''), 1, '2001', yearOf);
  const still = entered(crossed, 0, '2005', yearOf);
  expect([still.values, wrongs(still)]).toEqual([['2010', ''], ['crossed', 'crossed']]);
  expect(entered(still, 1, '2006', yearOf)).toEqual(years('2005', '2006'));
});

test('what cannot be read is marked at its own end only, and keeps no other from counting', () => {
  const unread = entered(years('', ''), 0, '20x0', yearOf);
  expect(wrongs(unread)).toEqual(['unreadable', undefined]);
  const other = entered(unread, 1, '2020', yearOf);
  expect([other.values, wrongs(other)]).toEqual([['', '2020'], ['unreadable', undefined]]);
  expect(entered(other, 0, '2019', yearOf)).toEqual(years('2019', '2020'));
});

test('what was refused is forgotten once something else counts there', () => {
  const { refused } = entered(years('2010', ''), 1, '2001', yearOf);
  expect(standing(refused, ['2010', ''])[1]?.text).toBe('2001');
  expect(standing(refused, ['2010', '2015'])[1]).toBeUndefined();
  expect(entered({ values: ['2010', '2015'], refused }, 0, '2012', yearOf)).toEqual(years('2012', '2015'));
});
