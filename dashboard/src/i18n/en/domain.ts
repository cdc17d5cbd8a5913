// Names of what the chain speaks about, for all pages.

export const domain = {
  record: 'Record',
  recordNumber: (number: string) => `Record ${number}`,
  order: 'Order',
  orderNumber: (number: string) => `Order ${number}`,
  version: 'Version',
  account: 'Account',
  block: 'Block',
  kind: { Fhir: 'FHIR', Dicom: 'DICOM', Document: 'Document' },
  status: { Pending: 'In review', Approved: 'Approved', Rejected: 'Rejected' },
  tier: { Restricted: 'Restricted', Standard: 'Standard', Trusted: 'Trusted', Exemplary: 'Exemplary' },
  role: { Hospital: 'Hospital', Auditor: 'Auditor', Provider: 'Provider', Buyer: 'Buyer', Vault: 'Vault' },
  orderState: {
    Open: 'Waiting for the key',
    Delivered: 'Delivered',
    Claimed: 'Claim under review',
    Settled: 'Settled',
    Refunded: 'Refunded',
    Cancelled: 'Cancelled',
    Expired: 'Expired',
  },
  verdict: { Approve: 'Approve', Reject: 'Reject' },
  finding: {
    Unavailable: 'The file cannot be fetched',
    DoesNotOpen: 'The key does not open the file',
    CommitmentMismatch: 'The content is not what was committed to',
    UnreadableFormat: 'The format cannot be read',
    FalseDescriptor: 'The description is not true',
    NotDeidentified: 'It identifies a person',
    Other: 'Something else',
  },
} as const;
