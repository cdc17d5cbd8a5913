// What the index and the node say in JSON, as the typed client takes it in calls: enums are objects there, numbers bigints.

import { AccountId32 } from 'dedot/codecs';
import type { SealedKey as MadeKey, SealPurpose } from 'medshare-js';
import type {
  MedshareTypesAuditSubject,
  MedshareTypesConsentPolicy,
  MedshareTypesConsentPurpose,
  MedshareTypesMarketTerms,
  MedshareTypesRecordNewVersion,
} from './types/medshare/index.js';
import type { Descriptor, Hex, Policy, Purpose, ReviewSubject, SealedKey, Terms, Use } from './shapes.js';
import type { Locator } from './node-client.js';

/** What a review is about. */
export const subjectArgument = (subject: ReviewSubject): MedshareTypesAuditSubject =>
  'Record' in subject
    ? { type: 'Record', value: { record: BigInt(subject.Record.record), version: subject.Record.version } }
    : { type: 'Claim', value: { order: BigInt(subject.Claim.order) } };

/** A consent policy. */
export const policyArgument = ({ permission, modifiers }: Policy): MedshareTypesConsentPolicy => ({
  permission: typeof permission === 'string' ? { type: permission } : { type: 'DiseaseResearch', value: { ...permission.DiseaseResearch } },
  modifiers: [...modifiers],
});

const intentArgument = (use: Use): MedshareTypesConsentPurpose['use'] =>
  typeof use === 'string' ? { type: use } : { type: 'DiseaseResearch', value: { ...use.DiseaseResearch } };

/** A purpose. */
export const purposeArgument = ({ use, commercial, for_profit, ethics_approval, will_publish }: Purpose): MedshareTypesConsentPurpose => ({
  use: intentArgument(use),
  commercial,
  forProfit: for_profit,
  ethicsApproval: ethics_approval,
  willPublish: will_publish,
});

/**
 * The terms of a listing that somebody agrees to. JSON rounds large numbers: where what is `shown` is what is `listed`, it is told
 * as the chain has it, and else as it is shown, so that the chain refuses what nobody has seen.
 */
export const termsArgument = ({ licence, duration }: Terms, listed: MedshareTypesMarketTerms | undefined): MedshareTypesMarketTerms => {
  const shown = { licence: licence ?? undefined, duration: duration === null ? undefined : BigInt(duration) };
  if (listed?.duration === undefined || duration === null) return shown;
  return Number(listed.duration) === duration ? { ...shown, duration: listed.duration } : shown;
};

/** What of a sealed document is registered. */
export interface Registrable {
  readonly ciphertext: Hex;
  readonly size: number;
  readonly plaintext: Hex;
  readonly commitment: { readonly d1: Hex; readonly d2: Hex };
  readonly descriptor: Descriptor;
}

/** A version as it is registered. */
export const versionArgument = (sealed: Registrable, locators: readonly Locator[]): MedshareTypesRecordNewVersion => {
  const { kind, media_type, modality, codes, counts, plaintext_size, completeness, period } = sealed.descriptor;
  return {
    ciphertext: sealed.ciphertext,
    size: BigInt(sealed.size),
    plaintext: sealed.plaintext,
    commitment: sealed.commitment,
    descriptor: {
      kind,
      mediaType: media_type,
      modality: modality ?? undefined,
      codes: codes.map((code) => ({ ...code })),
      counts: counts.map((count) => ({ ...count })),
      plaintextSize: BigInt(plaintext_size),
      completeness,
      period: period ? [period[0], period[1]] : undefined,
    },
    locators: locators.map(({ vault, blob }) => ({ vault: new AccountId32(vault), blob })),
  };
};

/** A sealed key of the chain, as medshare-js opens it. */
export const sealedOf = ({ c1, c2, proof }: SealedKey): MadeKey => ({
  c1,
  c2,
  proof: { challenge: proof.challenge, responseP: proof.response_p, responseS: proof.response_s },
});

/** What a key that is owed to a panel is sealed for. */
export const panelPurpose = (subject: ReviewSubject): SealPurpose => ('Record' in subject ? 'audit' : { claim: subject.Claim.order });
