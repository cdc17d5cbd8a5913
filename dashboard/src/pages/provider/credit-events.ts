// The events that made a score, from the story of an account.

import type { TraceItem } from '../../chain/index-client.js';
import type { Catalogue } from '../../i18n/en/index.js';

/** Something that counted. */
export type CreditEvent = keyof Catalogue['provider']['credit']['event'];

const EVENTS: ReadonlySet<string> = new Set<CreditEvent>([
  'RecordApproved',
  'RecordRejected',
  'ReviewAbandoned',
  'SaleSettled',
  'PurchaseSettled',
  'DeliveryMissed',
  'ClaimLost',
  'ClaimRefused',
  'AuditOnTime',
  'AuditMissed',
  'AuditOverturned',
  'ValidatorOffence',
  'ValidatorSilent',
]);

/** An event that moved a score. */
export interface CreditEntry {
  /** Its place on the chain. */
  readonly key: string;
  /** When, ms. */
  readonly time: number;
  /** What happened. */
  readonly event: CreditEvent;
  /** Thousandths of points that it is worth. */
  readonly points: number;
  /** The score with it, in thousandths. */
  readonly score: number;
}

/** Those of some events that moved the score of one account, in their order. What has an unknown form is left out. */
export const creditEntries = (items: readonly TraceItem[], isMine: (who: string) => boolean): readonly CreditEntry[] =>
  items.flatMap(({ pallet, event: name, fields, block, index, time }) => {
    const { who, event, points, score } = fields;
    const isNoted = pallet === 'Credit' && name === 'Noted' && typeof who === 'string' && isMine(who);
    if (!isNoted || typeof event !== 'string' || !EVENTS.has(event)) return [];
    const [worth, after] = [Number(points), Number(score)];
    if (!Number.isFinite(worth) || !Number.isFinite(after)) return [];
    return [{ key: `${block}-${index}`, time, event: event as CreditEvent, points: worth, score: after }];
  });
