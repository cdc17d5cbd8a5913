import { expect, test } from 'vitest';
import type { Policy, Purpose, Use } from '../../chain/shapes.js';
import { clausesOf, policyOf, unmet } from './consent.js';

const diabetes = { system: 'Mondo', code: '0005148' } as const;
const purpose = (use: Use, more: Partial<Purpose> = {}): Purpose => ({
  use,
  commercial: false,
  for_profit: false,
  ethics_approval: false,
  will_publish: false,
  ...more,
});
const permits = (policy: Policy, use: Use): boolean => unmet(policy, purpose(use)).length === 0;

test('permissions nest as the chain has it', () => {
  const only = (permission: Policy['permission']): Policy => ({ permission, modifiers: [] });
  const uses: Use[] = ['ClinicalCare', 'BiomedicalResearch', { DiseaseResearch: diabetes }, 'MethodsDevelopment', 'PopulationOrigins', 'OtherResearch', 'Other'];
  const table = (permission: Policy['permission']): boolean[] => uses.map((use) => permits(only(permission), use));
  expect(table('NoRestriction')).toEqual([true, true, true, true, true, true, true]);
  expect(table('GeneralResearch')).toEqual([false, true, true, true, true, true, false]);
  expect(table('HealthResearch')).toEqual([false, true, true, false, false, false, false]);
  expect(table({ DiseaseResearch: diabetes })).toEqual([false, false, true, false, false, false, false]);
  expect(table({ DiseaseResearch: { system: 'Mondo', code: '1' } })).toEqual(uses.map(() => false));
  expect(table('PopulationOrigins')).toEqual([false, false, false, false, true, false, false]);
  expect(table('ClinicalCare')).toEqual([true, false, false, false, false, false, false]);
});

test('each condition that is not met is named', () => {
  const strict = policyOf('NoRestriction', undefined, ['PublicationRequired', 'NotForProfitOrganisation', 'NonCommercial', 'EthicsApprovalRequired'])!;
  expect(unmet(strict, purpose('Other', { commercial: true, for_profit: true }))).toEqual([
    'NotForProfitOrganisation',
    'NonCommercial',
    'EthicsApprovalRequired',
    'PublicationRequired',
  ]);
  expect(unmet(strict, purpose('Other', { ethics_approval: true, will_publish: true }))).toEqual([]);
  const careful = policyOf('GeneralResearch', undefined, ['NoMethodsDevelopment', 'NoPopulationOrigins'])!;
  expect(unmet(careful, purpose('MethodsDevelopment'))).toEqual(['NoMethodsDevelopment']);
  expect(unmet(careful, purpose('PopulationOrigins'))).toEqual(['NoPopulationOrigins']);
  expect(unmet(careful, purpose('ClinicalCare'))).toEqual(['GeneralResearch']);
});

test('conditions stand in the order of the chain, which refuses another', () => {
  expect(policyOf('ClinicalCare', undefined, ['PublicationRequired', 'NonCommercial'])?.modifiers).toEqual(['NonCommercial', 'PublicationRequired']);
});

test('research on a disease needs the disease', () => {
  expect(policyOf('DiseaseResearch', undefined, [])).toBeUndefined();
  expect(policyOf('DiseaseResearch', { system: 'Mondo', code: ' ' }, [])).toBeUndefined();
  const policy = policyOf('DiseaseResearch', diabetes, ['NonCommercial'])!;
  expect(clausesOf(policy)).toEqual([{ term: 'DiseaseResearch', code: diabetes }, { term: 'NonCommercial' }]);
});
