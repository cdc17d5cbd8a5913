import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';
import { TextProvider } from '../../i18n/context.js';
import type { SearchPage } from '../../chain/index-client.js';
import type { Criteria } from './search.js';

vi.mock('../../chain/context.js', () => ({ useChain: () => ({ symbol: 'MDS', decimals: 12 }) }));

const { Filters } = await import('./Filters.js');

afterEach(() => vi.unstubAllGlobals());

const nothing: Criteria = { text: '', codes: [], tiers: [], sort: 'newest' };
const facets: SearchPage['facets'] = { kind: [], modality: [], code: [], year: [{ value: 2019, count: 3 }, { value: 2020, count: 12 }], tier: [], status: [] };

const shown = (criteria: Partial<Criteria>, counted: SearchPage['facets'], isIndexed = true): string => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  return renderToStaticMarkup(
    <TextProvider>
      <Filters criteria={{ ...nothing, ...criteria }} facets={counted} isIndexed={isIndexed} onChange={() => undefined} />
    </TextProvider>,
  );
};

test('sizes and prices have two ends', () => {
  const html = shown({ smallest: '0.5', largest: '20', least: '1', most: '9' }, null);
  for (const label of ['at least, MB', 'at most, MB', 'Lowest price, MDS', 'Highest price, MDS']) expect(html).toContain(label);
  for (const value of ['0.5', '20', '1', '9']) expect(html).toContain(`value="${value}"`);
});

test('years are offered with how many records are about them, where the index counts them', () => {
  const html = shown({}, facets);
  expect([html.indexOf('2020 (12)') > 0, html.indexOf('2020 (12)') < html.indexOf('2019 (3)')]).toEqual([true, true]);
  expect(html).toContain('Any year');
  expect(shown({ from: 2018, to: 2020 }, facets)).toContain('The years above');
  expect(shown({ from: 2018, to: 2018 }, { ...facets, year: [] })).toContain('One year');
  expect(shown({}, null)).not.toContain('One year');
  expect(shown({}, { ...facets, year: [] })).not.toContain('One year');
});

test('what is not on sale is not offered where the node has no index, and that is said', () => {
  const note = 'Without an index only what is on sale is found.';
  const box = (html: string): string => /<input[^>]*>/.exec(html)?.[0] ?? '';
  expect([box(shown({}, null)).includes('disabled'), shown({}, null).includes(note)]).toEqual([false, false]);
  expect([box(shown({}, null, false)).includes('disabled'), shown({}, null, false).includes(note)]).toEqual([true, true]);
  // An address may ask for it all the same, and can be told otherwise.
  const asked = shown({ unlisted: true }, null, false);
  expect([box(asked).includes('disabled'), asked.includes(note)]).toEqual([false, true]);
});
