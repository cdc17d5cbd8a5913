import { describe, expect, it } from 'vitest';
import { selected, takes, type Found } from './hits.js';
import { purposeFor, type Criteria } from './search.js';

const nothing: Criteria = { text: '', codes: [], tiers: [], sort: 'newest' };

const scan: Found = {
  record: 1,
  tier: 'Standard',
  descriptor: {
    kind: 'Dicom',
    media_type: 'application/dicom',
    modality: 'CT',
    codes: [{ system: 'Icd10', code: 'E11.9' }],
    counts: [{ of: 'frames', number: 1 }],
    plaintext_size: 39_206,
    completeness: 90,
    period: [{ year: 2004, month: 1 }, { year: 2006, month: 7 }],
  },
  policy: { permission: 'HealthResearch', modifiers: ['NonCommercial'] },
  listing: { version: 1, seller: 'A', price: '10000000000000', terms: { licence: null, duration: null }, since: 5 },
};

describe('a node without an index', () => {
  it('finds by everything that is asked for, as one with an index does', () => {
    const asked = (criteria: Partial<Criteria>): boolean => takes(scan, { ...nothing, ...criteria });
    expect(asked({})).toBe(true);
    expect([asked({ kind: 'Dicom' }), asked({ kind: 'Fhir' })]).toEqual([true, false]);
    expect([asked({ modality: 'ct' }), asked({ modality: 'MR' })]).toEqual([true, false]);
    expect([asked({ codes: [{ system: 'Icd10', code: 'E11.9' }] }), asked({ codes: [{ system: 'Snomed', code: 'E11.9' }] })]).toEqual([true, false]);
    expect([asked({ most: '10' }), asked({ most: '9.999' })]).toEqual([true, false]);
    expect([asked({ least: '10' }), asked({ least: '10.001' }), asked({ least: '9', most: '11' })]).toEqual([true, false, true]);
    expect([asked({ smallest: '0.039206' }), asked({ smallest: '0.039207' }), asked({ largest: '0.039206' }), asked({ largest: '0.039205' })]).toEqual([true, false, true, false]);
    expect([asked({ completeness: 90 }), asked({ completeness: 91 })]).toEqual([true, false]);
    expect([asked({ tiers: ['Standard', 'Trusted'] }), asked({ tiers: ['Trusted'] })]).toEqual([true, false]);
    expect([asked({ text: 'tomo ct e11' }), asked({ text: 'ct liver' })]).toEqual([true, false]);
    expect([asked({ text: 'Computed tomography (CT), 2004' }), asked({ text: '(MR)' })]).toEqual([true, false]);
    const commercial = { ...purposeFor('BiomedicalResearch'), commercial: true };
    expect([asked({ purpose: purposeFor('BiomedicalResearch') }), asked({ purpose: commercial })]).toEqual([true, false]);
  });

  it('finds what overlaps the years', () => {
    const asked = (from?: number, to?: number): boolean =>
      takes(scan, { ...nothing, ...(from ? { from } : {}), ...(to ? { to } : {}) });
    expect([asked(2006), asked(2007), asked(undefined, 2004), asked(undefined, 2003), asked(2005, 2005)]).toEqual([true, false, true, false, true]);
    const timeless = { ...scan, descriptor: { ...scan.descriptor, period: null } };
    expect([takes(timeless, nothing), takes(timeless, { ...nothing, from: 1900 })]).toEqual([true, false]);
  });

  it('finds nothing by a price that is not on sale', () => {
    const unlisted = { ...scan, listing: null };
    expect([takes(unlisted, nothing), takes(unlisted, { ...nothing, least: '0' }), takes(unlisted, { ...nothing, most: '99' })]).toEqual([true, false, false]);
  });

  it('orders them', () => {
    const cheap = { ...scan, record: 2, listing: { ...scan.listing!, price: '9', since: 9 } };
    const numbers = (sort: Criteria['sort']): number[] => selected([scan, cheap], { ...nothing, sort }).map((hit) => hit.record);
    expect([numbers('newest'), numbers('oldest'), numbers('cheapest'), numbers('dearest')]).toEqual([[2, 1], [1, 2], [2, 1], [1, 2]]);
    expect(numbers('largest')).toEqual([1, 2]);
  });
});
