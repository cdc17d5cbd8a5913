// A consent policy in plain words, with the DUO terms behind them, and whether it covers a purpose: the same rule as the
// chain's (primitives/types/src/consent.rs), to say beforehand what the chain would refuse.

import type { Code, Modifier, Permission, Policy, Purpose, Use } from '../../chain/shapes.js';

/** The permissions by name, from the widest on. */
export const PERMISSIONS = [
  'NoRestriction',
  'GeneralResearch',
  'HealthResearch',
  'DiseaseResearch',
  'PopulationOrigins',
  'ClinicalCare',
] as const;

/** The name of a permission. */
export type PermissionName = (typeof PERMISSIONS)[number];

/** The modifiers in the chain's order. */
export const MODIFIERS = [
  'NotForProfitOrganisation',
  'NonCommercial',
  'NoMethodsDevelopment',
  'NoPopulationOrigins',
  'EthicsApprovalRequired',
  'PublicationRequired',
] as const satisfies readonly Modifier[];

/** The term of the GA4GH Data Use Ontology behind each, with its short name. */
export const DUO: Readonly<Record<PermissionName | Modifier, { readonly id: string; readonly short: string }>> = {
  NoRestriction: { id: 'DUO:0000004', short: 'NRES' },
  GeneralResearch: { id: 'DUO:0000042', short: 'GRU' },
  HealthResearch: { id: 'DUO:0000006', short: 'HMB' },
  DiseaseResearch: { id: 'DUO:0000007', short: 'DS' },
  PopulationOrigins: { id: 'DUO:0000011', short: 'POA' },
  ClinicalCare: { id: 'DUO:0000043', short: 'CC' },
  NotForProfitOrganisation: { id: 'DUO:0000045', short: 'NPU' },
  NonCommercial: { id: 'DUO:0000046', short: 'NCU' },
  NoMethodsDevelopment: { id: 'DUO:0000015', short: 'NMDS' },
  NoPopulationOrigins: { id: 'DUO:0000044', short: 'NPOA' },
  EthicsApprovalRequired: { id: 'DUO:0000021', short: 'IRB' },
  PublicationRequired: { id: 'DUO:0000019', short: 'PUB' },
};

/** The name of a permission, without its disease. */
export const nameOf = (permission: Permission): PermissionName =>
  typeof permission === 'string' ? permission : 'DiseaseResearch';

/** A sentence about a policy: which term it is about, and its code if it has one. */
export interface Clause {
  /** The term. */
  readonly term: PermissionName | Modifier;
  /** The disease, where there is one. */
  readonly code?: Code;
}

/** What a policy says, clause by clause. */
export const clausesOf = ({ permission, modifiers }: Policy): readonly Clause[] => [
  typeof permission === 'string' ? { term: permission } : { term: 'DiseaseResearch', code: permission.DiseaseResearch },
  ...MODIFIERS.filter((modifier) => modifiers.includes(modifier)).map((term) => ({ term })),
];

/** A policy from what a form says. */
export const policyOf = (permission: PermissionName, disease: Code | undefined, modifiers: Iterable<Modifier>): Policy | undefined => {
  const wanted = new Set(modifiers);
  const chosen = { modifiers: MODIFIERS.filter((modifier) => wanted.has(modifier)) };
  if (permission !== 'DiseaseResearch') return { permission, ...chosen };
  return disease && disease.code.trim() !== '' ? { permission: { DiseaseResearch: disease }, ...chosen } : undefined;
};

const sameCode = (a: Code, b: Code): boolean => a.system === b.system && a.code === b.code;

const covers = (permission: Permission, use: Use): boolean => {
  if (permission === 'NoRestriction') return true;
  if (use === 'Other') return false;
  if (typeof permission !== 'string') return typeof use !== 'string' && sameCode(permission.DiseaseResearch, use.DiseaseResearch);
  switch (permission) {
    case 'GeneralResearch':
      return use !== 'ClinicalCare';
    case 'HealthResearch':
      return use === 'BiomedicalResearch' || typeof use !== 'string';
    case 'PopulationOrigins':
      return use === 'PopulationOrigins';
    case 'ClinicalCare':
      return use === 'ClinicalCare';
  }
};

const isMet = (modifier: Modifier, purpose: Purpose): boolean => {
  switch (modifier) {
    case 'NotForProfitOrganisation':
      return !purpose.for_profit;
    case 'NonCommercial':
      return !purpose.commercial;
    case 'NoMethodsDevelopment':
      return purpose.use !== 'MethodsDevelopment';
    case 'NoPopulationOrigins':
      return purpose.use !== 'PopulationOrigins';
    case 'EthicsApprovalRequired':
      return purpose.ethics_approval;
    case 'PublicationRequired':
      return purpose.will_publish;
  }
};

/** The clauses of a policy that a purpose does not meet; none if the policy permits it. */
export const unmet = (policy: Policy, purpose: Purpose): readonly (PermissionName | Modifier)[] => [
  ...(covers(policy.permission, purpose.use) ? [] : [nameOf(policy.permission)]),
  ...policy.modifiers.filter((modifier) => !isMet(modifier, purpose)),
];
