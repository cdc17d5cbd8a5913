// Whether what happened was for the good of a record or an order, for the colour of its mark.

import type { Mood } from '../../ui/values.js';

const GOOD = new Set([
  'Records.Approved',
  'Marketplace.Delivered',
  'Marketplace.Settled',
  'Marketplace.ClaimRefused',
  'Access.Granted',
  'Members.Admitted',
  'Members.Reinstated',
  'Validators.Admitted',
  'Validators.Reinstated',
]);
const BAD = new Set([
  'Records.Rejected',
  'Records.Abandoned',
  'Marketplace.Expired',
  'Marketplace.ClaimUpheld',
  'Members.Suspended',
  'Members.Expelled',
  'Validators.Offended',
  'Validators.Suspended',
  'Audits.Replaced',
  'Audits.Lapsed',
]);
const WARN = new Set([
  'Records.Withdrawn',
  'Access.Revoked',
  'Access.RequestDenied',
  'Marketplace.Claimed',
  'Marketplace.CancellationProposed',
  'Audits.Split',
  'Audits.TooFewAuditors',
]);

export const moodOf = (pallet: string, event: string, fields: Readonly<Record<string, unknown>>): Mood => {
  const name = `${pallet}.${event}`;
  if (name === 'Audits.Voted' || name === 'Audits.Decided') return fields.verdict === 'Reject' ? 'bad' : 'good';
  if (name === 'Credit.Noted') return Number(fields.points) < 0 ? 'bad' : 'good';
  if (GOOD.has(name)) return 'good';
  if (BAD.has(name)) return 'bad';
  return WARN.has(name) ? 'warn' : 'plain';
};
