// How many of the hospitals a decision needs: the table of docs/council.md, with which a test compares it.

export type Share = 'a third' | 'more than half' | 'two thirds' | 'three quarters';

/** The fewest of so many hospitals that are this share of them. */
export const votesFor = (share: Share, hospitals: number): number => {
  switch (share) {
    case 'a third':
      return Math.ceil(hospitals / 3);
    case 'more than half':
      return Math.floor(hospitals / 2) + 1;
    case 'two thirds':
      return hospitals - Math.floor(hospitals / 3);
    case 'three quarters':
      return hospitals - Math.floor(hospitals / 4);
  }
};

/** Calls by their names in the metadata, which has those of calls in camel case. */
export const SHARES: Readonly<Record<string, Share>> = {
  'Members.admit': 'more than half',
  'Members.setRoles': 'more than half',
  'Members.suspend': 'more than half',
  'Members.reinstate': 'more than half',
  'Members.expel': 'more than half',
  'Validators.admit': 'two thirds',
  'Validators.decline': 'two thirds',
  'Validators.remove': 'two thirds',
  'Validators.reinstate': 'two thirds',
  'Peers.authorise': 'more than half',
  'Peers.remove': 'two thirds',
  'Parameters.setParameter': 'two thirds',
  'Credit.setHalfLife': 'two thirds',
  'Credit.setPoints': 'two thirds',
  'Credit.setThresholds': 'two thirds',
  'Credit.setBenefits': 'two thirds',
  'Quota.setQuota': 'two thirds',
  'Settlement.issue': 'two thirds',
  'Settlement.confirm': 'two thirds',
  'Settlement.decline': 'two thirds',
  'TxPause.pause': 'a third',
  'TxPause.unpause': 'more than half',
  'Preimage.requestPreimage': 'three quarters',
  'Preimage.unrequestPreimage': 'three quarters',
  'Scheduler.cancel': 'two thirds',
  'Scheduler.cancelNamed': 'two thirds',
  'Scheduler.schedule': 'two thirds',
  'Scheduler.scheduleAfter': 'two thirds',
  'Scheduler.scheduleNamed': 'two thirds',
  'Scheduler.scheduleNamedAfter': 'two thirds',
  'Whitelist.whitelistCall': 'three quarters',
  'Whitelist.removeWhitelistedCall': 'three quarters',
  'Council.disapproveProposal': 'more than half',
  'Council.kill': 'two thirds',
};

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** The share that a call needs; `undefined` if it is none that the council decides. */
export const shareOf = (pallet: string, call: string): Share | undefined => SHARES[`${pallet}.${lowerFirst(call)}`];

export interface Tally {
  readonly threshold: number;
  readonly yes: number;
  readonly no: number;
  readonly hospitals: number;
  /** The block after which it is over. */
  readonly end: number;
}

export type Outlook = 'open' | 'carried' | 'lost' | 'over';

/** Where a motion stands in a block: it can be closed unless it is open. */
export const outlookOf = ({ threshold, yes, no, hospitals, end }: Tally, block: number): Outlook => {
  if (yes >= threshold) return 'carried';
  if (hospitals - no < threshold) return 'lost';
  return block > end ? 'over' : 'open';
};
