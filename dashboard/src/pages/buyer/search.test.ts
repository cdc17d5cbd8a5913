import { describe, expect, it } from 'vitest';
import { amountOf, changed, codeOf, criteriaOf, isNarrowed, paramsOf, purposeFor, queryOf, recordPage, sizeOf, sortOf, sortsOf, versionOf, type Criteria } from './search.js';

const everything: Criteria = {
  text: 'chest ct',
  kind: 'Dicom',
  modality: 'CT',
  codes: [{ system: 'Icd10', code: 'E11.9' }, { system: 'Loinc', code: '8302-2' }],
  from: 2015,
  to: 2020,
  smallest: '0.5',
  largest: '200',
  least: '2',
  most: '12.5',
  completeness: 80,
  tiers: ['Exemplary', 'Trusted'],
  purpose: { ...purposeFor({ DiseaseResearch: { system: 'Mondo', code: '0005148' } }), commercial: true, will_publish: true },
  sort: 'cheapest',
  cursor: 'abc',
};

describe('the address bar', () => {
  it('keeps all of a search', () => {
    expect(criteriaOf(new URLSearchParams(paramsOf(everything).toString()))).toEqual(everything);
  });

  it('says nothing of what is not looked for', () => {
    const nothing = criteriaOf(new URLSearchParams());
    expect(nothing).toEqual({ text: '', codes: [], tiers: [], sort: 'newest' });
    expect(paramsOf(nothing).toString()).toBe('');
    expect(isNarrowed(nothing)).toBe(false);
    expect(isNarrowed(changed(nothing, { sort: 'cheapest', cursor: 'a' }))).toBe(false);
    expect(isNarrowed(changed(nothing, { kind: 'Fhir' }))).toBe(true);
  });

  it('keeps whether what is not on sale is looked for, too; that has no price to go by', () => {
    const all = criteriaOf(new URLSearchParams('all=&sort=cheapest'));
    expect([all.unlisted, criteriaOf(paramsOf(all)), isNarrowed(all)]).toEqual([true, all, false]);
    expect(queryOf(all)).toEqual({ what: 'records', status: 'Approved', sort: 'newest' });
    expect(queryOf({ ...all, sort: 'largest' }).sort).toBe('largest');
    expect(queryOf(changed(all, { unlisted: undefined }))).toEqual({ what: 'listings', sort: 'cheapest' });
    expect(sortsOf({})).toContain('cheapest');
    expect([sortOf(all), sortOf({ ...all, sort: 'largest' }), sortOf(changed(all, { unlisted: undefined }))]).toEqual(['newest', 'largest', 'cheapest']);
  });

  it('is not trusted', () => {
    const wrong = 'kind=Virus&from=20&to=abcd&least=x&most=-3&smallest=1e3&largest=0.0000001&complete=101&tier=Royal&use=Theft&sort=random&code=Icd10&code=:x&code=Icd10:';
    expect(criteriaOf(new URLSearchParams(wrong))).toEqual({ text: '', codes: [], tiers: [], sort: 'newest' });
  });

  it('has no range that goes from more to less', () => {
    const wrong = 'from=2020&to=2015&least=10&most=9.5&smallest=2&largest=1';
    expect(criteriaOf(new URLSearchParams(wrong))).toEqual({ text: '', codes: [], tiers: [], sort: 'newest' });
    const half = 'from=2020&to=x&least=y&most=9.5&smallest=2';
    expect(criteriaOf(new URLSearchParams(half))).toEqual({ text: '', codes: [], tiers: [], sort: 'newest', from: 2020, most: '9.5', smallest: '2' });
    expect(criteriaOf(new URLSearchParams('from=2020&to=2020&least=9.50&most=9.5'))).toMatchObject({ from: 2020, to: 2020, least: '9.50', most: '9.5' });
  });

  it('begins with the first page again when something else is looked for', () => {
    expect(changed(everything, { kind: undefined })).not.toHaveProperty('cursor');
    expect(changed(everything, { kind: undefined })).not.toHaveProperty('kind');
    expect(changed(everything, { cursor: 'next' }).cursor).toBe('next');
  });
});

describe('the node', () => {
  it('is asked in its own words', () => {
    expect(queryOf(everything)).toEqual({
      what: 'listings',
      sort: 'cheapest',
      text: 'chest ct',
      kind: 'Dicom',
      modality: 'CT',
      codes: everything.codes,
      years: { from: 2015, to: 2020 },
      size: { min: 500_000, max: 200_000_000 },
      price: { min: '2000000000000', max: '12500000000000' },
      completeness: 80,
      tiers: ['Exemplary', 'Trusted'],
      purpose: everything.purpose,
      cursor: 'abc',
    });
    expect(queryOf({ text: ' ', codes: [], tiers: [], sort: 'newest' })).toEqual({ what: 'listings', sort: 'newest' });
    const asked = (criteria: Partial<Criteria>) => queryOf({ text: '', codes: [], tiers: [], sort: 'newest', ...criteria });
    expect(asked({ to: 2001 }).years).toEqual({ to: 2001 });
    expect([asked({ least: '1' }).price, asked({ largest: '1' }).size]).toEqual([{ min: '1000000000000' }, { max: 1_000_000 }]);
  });
});

describe('the page of a record', () => {
  it('is about a version if one is named, and knows the purpose that was searched for', () => {
    expect(recordPage(7)).toEqual({ pathname: '/market/records/7', search: '' });
    const { pathname, search } = recordPage(7, 2, everything.purpose);
    const params = new URLSearchParams(search);
    expect([pathname, versionOf(params), criteriaOf(params).purpose]).toEqual(['/market/records/7', 2, everything.purpose]);
  });

  it('is not told a version that is none', () => {
    const named = (text: string): number | null | undefined => versionOf(new URLSearchParams(text));
    expect([named(''), named('version=12')]).toEqual([undefined, 12]);
    for (const wrong of ['', '0', '-1', '1.5', '01', 'x', '1234567890']) expect(named(`version=${wrong}`)).toBeNull();
  });
});

describe('an amount', () => {
  it('has up to twelve decimals', () => {
    expect(amountOf('25')).toBe(25_000_000_000_000n);
    expect(amountOf(' 0.000000000001 ')).toBe(1n);
    for (const wrong of ['', '-1', '1,5', '1.', '.5', '1e3', '0.0000000000001', 'x']) expect(amountOf(wrong)).toBeUndefined();
  });
});

describe('a size', () => {
  it('is a number of MB, down to a byte', () => {
    expect([sizeOf('1'), sizeOf(' 0.000001 '), sizeOf('999999999')]).toEqual([1_000_000, 1, 999_999_999_000_000]);
    for (const wrong of ['', '-1', '1,5', '1.', '1e3', '0.0000001', '1234567890']) expect(sizeOf(wrong)).toBeUndefined();
  });
});

describe('a code', () => {
  it('names its vocabulary', () => {
    expect(codeOf('Icd10:E11.9')).toEqual({ system: 'Icd10', code: 'E11.9' });
    expect(codeOf('Cvx: 08 ')).toEqual({ system: 'Cvx', code: '08' });
    expect(codeOf(`Cvx:${'1'.repeat(65)}`)).toBeUndefined();
  });
});
