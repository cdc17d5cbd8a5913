// What records, orders, reviews and grants are, as the node tells of them (`medshare_*`, docs/rpc.md), whether from the chain's state
// or from its index. Amounts are decimal strings in the smallest unit, times ms since the Unix epoch, accounts SS58.

export type Hex = `0x${string}`;
export type Kind = 'Fhir' | 'Dicom' | 'Document';
export type CodeSystem = 'Snomed' | 'Loinc' | 'Icd10' | 'RxNorm' | 'Cvx' | 'Dicom' | 'Mondo';
export type Tier = 'Restricted' | 'Standard' | 'Trusted' | 'Exemplary';
export type VersionStatus = 'Pending' | 'Approved' | 'Rejected';
export type OrderStateName = 'Open' | 'Delivered' | 'Claimed' | 'Settled' | 'Refunded' | 'Cancelled' | 'Expired';

export interface Code {
  readonly system: CodeSystem;
  readonly code: string;
}

export interface YearMonth {
  readonly year: number;
  readonly month: number;
}

export interface Descriptor {
  readonly kind: Kind;
  readonly media_type: string;
  readonly modality: string | null;
  readonly codes: readonly Code[];
  readonly counts: readonly { readonly of: string; readonly number: number }[];
  readonly plaintext_size: number;
  /** Percent. */
  readonly completeness: number;
  readonly period: readonly [YearMonth, YearMonth] | null;
}

export type Permission =
  | 'NoRestriction'
  | 'GeneralResearch'
  | 'HealthResearch'
  | { readonly DiseaseResearch: Code }
  | 'PopulationOrigins'
  | 'ClinicalCare';

export type Modifier =
  | 'NotForProfitOrganisation'
  | 'NonCommercial'
  | 'NoMethodsDevelopment'
  | 'NoPopulationOrigins'
  | 'EthicsApprovalRequired'
  | 'PublicationRequired';

export interface Policy {
  readonly permission: Permission;
  readonly modifiers: readonly Modifier[];
}

export type Use =
  | 'ClinicalCare'
  | 'BiomedicalResearch'
  | { readonly DiseaseResearch: Code }
  | 'MethodsDevelopment'
  | 'PopulationOrigins'
  | 'OtherResearch'
  | 'Other';

export interface Purpose {
  readonly use: Use;
  readonly commercial: boolean;
  readonly for_profit: boolean;
  readonly ethics_approval: boolean;
  readonly will_publish: boolean;
}

export interface Terms {
  readonly licence: Hex | null;
  readonly duration: number | null;
}

export interface Commitment {
  readonly d1: Hex;
  readonly d2: Hex;
}

export interface SealedKey {
  readonly c1: Hex;
  readonly c2: Hex;
  readonly proof: { readonly challenge: Hex; readonly response_p: Hex; readonly response_s: Hex };
}

export type OrderState =
  | { readonly Open: { readonly cancel: 'Buyer' | 'Seller' | null } }
  | { readonly Delivered: { readonly settles_at: number } }
  | { readonly Claimed: { readonly rule_by: number } }
  | 'Settled'
  | 'Refunded'
  | 'Cancelled'
  | 'Expired';

export interface OrderItem {
  readonly order: number;
  readonly record: number;
  readonly version: number;
  readonly buyer: string;
  readonly buyer_key: Hex;
  readonly seller: string;
  readonly price: string;
  readonly retained: string;
  readonly fee: string;
  readonly bond: string;
  readonly purpose: Purpose;
  readonly terms: Terms;
  readonly placed: number;
  readonly deliver_by: number;
  readonly claim_window: number;
  readonly vaults: readonly string[];
  readonly state: OrderState;
  readonly cleared: boolean;
  readonly delivered: number | null;
  readonly ended: number | null;
}

export type ReviewSubject =
  | { readonly Record: { readonly record: number; readonly version: number } }
  | { readonly Claim: { readonly order: number } };

export type Verdict = 'Approve' | 'Reject';

export type Finding =
  | 'Unavailable'
  | 'DoesNotOpen'
  | 'CommitmentMismatch'
  | 'UnreadableFormat'
  | 'FalseDescriptor'
  | 'NotDeidentified'
  | 'Other';

export interface Seat {
  readonly auditor: string;
  readonly key: Hex;
  readonly sealed: SealedKey | null;
  readonly due: number;
  readonly vote: { readonly verdict: Verdict; readonly findings: readonly Finding[]; readonly report: Hex; readonly at: number } | null;
}

export interface ReviewItem {
  readonly subject: ReviewSubject;
  readonly record: number;
  readonly version: number;
  readonly holder: string;
  readonly holder_key: Hex;
  readonly commitment: Commitment;
  readonly excluded: readonly string[];
  readonly panel: readonly Seat[];
  readonly state: unknown;
  readonly opened: number;
  readonly decided: { readonly verdict: Verdict | 'Lapsed' | 'Dissolved' | 'Split'; readonly moment: number } | null;
}

export interface GrantItem {
  readonly record: number;
  readonly version: number;
  readonly grantee: string;
  readonly basis: 'Direct' | { readonly Request: number } | { readonly Order: number };
  readonly purpose: Purpose;
  readonly grantee_key: Hex;
  readonly sealed: SealedKey;
  readonly at: number;
  readonly expires: number | null;
  readonly revoked: number | null;
  readonly cleared: boolean;
}

export interface ReceiptItem {
  readonly record: number;
  readonly index: number;
  readonly vault: string;
  readonly content: {
    readonly sequence: number;
    readonly record: number;
    readonly version: number;
    readonly accessor: string;
    readonly basis: 'Owner' | 'Review' | 'Grant' | 'Preview';
    readonly bytes: number;
    readonly at: number;
    readonly request: Hex;
  };
  readonly posted: number;
}

/** The name of an order's state. */
export const orderStateName = (state: OrderState): OrderStateName =>
  typeof state === 'string' ? state : (Object.keys(state)[0] as OrderStateName);
