// Conflicts of interest as the chain sees them (pallets/audits/src/draw.rs), checked again with what is so now: members and
// their sponsors may have changed since the panel was drawn.

import { isSameAccount } from '../../vault/vaults.js';

/** Why somebody should not judge a record. */
export type Conflict = 'owner' | 'holder' | 'excluded' | 'sponsorOf' | 'sponsoredBy' | 'sameSponsor';

/** Who is concerned, and who sponsors whom. */
export interface Concerned {
  /** The record's owner. */
  readonly owner: string;
  /** Who delivers the key. */
  readonly holder: string;
  /** Who may not sit on the panel. */
  readonly excluded: readonly string[];
  /** The sponsors of the auditor, the owner and the holder; null for none. */
  readonly sponsors: { readonly mine: string | null; readonly owners: string | null; readonly holders: string | null };
}

/** The conflicts of interest of an auditor; none if it may judge. */
export const conflictsOf = (me: string, { owner, holder, excluded, sponsors }: Concerned): readonly Conflict[] => {
  const found: Conflict[] = [];
  const is = (one: string | null, other: string | null): boolean => one !== null && other !== null && isSameAccount(one, other);
  const theirs = [sponsors.owners, sponsors.holders];
  if (is(me, owner)) found.push('owner');
  else if (is(me, holder)) found.push('holder');
  if (excluded.some((one) => is(me, one))) found.push('excluded');
  if (theirs.some((sponsor) => is(me, sponsor))) found.push('sponsorOf');
  if (is(sponsors.mine, owner) || is(sponsors.mine, holder)) found.push('sponsoredBy');
  if (theirs.some((sponsor) => is(sponsors.mine, sponsor))) found.push('sameSponsor');
  return found;
};

/** How a seat stands for who sits on it. */
export type SeatState = 'keyDue' | 'voteDue' | 'voted' | 'overdue';

/** How a seat stands at a time, ms. */
export const seatState = (seat: { readonly sealed: unknown; readonly vote: unknown; readonly due: number }, now: number): SeatState => {
  if (seat.vote !== null) return 'voted';
  if (now > seat.due) return 'overdue';
  return seat.sealed === null ? 'keyDue' : 'voteDue';
};

/** The most urgent first, as `medshare audit queue` lists them: what can be voted on, by time; then what waits; then what is done. */
export const urgency = <T extends { readonly sealed: unknown; readonly vote: unknown; readonly due: number }>(a: T, b: T): number =>
  Number(a.vote !== null) - Number(b.vote !== null) || Number(a.sealed === null) - Number(b.sealed === null) || a.due - b.due;
