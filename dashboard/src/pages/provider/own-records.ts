// An owner's records as a list has them: from the index page by page, or, where it does not answer, from the chain's state.

import type { Client } from '../../chain/connection.js';
import type { Hit } from '../../chain/index-client.js';
import type { Kind, VersionStatus } from '../../chain/shapes.js';
import { NodeClient, type Record, type RecordVersion, type Listing } from '../../chain/node-client.js';

/** How many records are shown at first, and more each time. */
export const STEP = 50;

/** A record in a list. */
export interface OwnRecord {
  readonly record: number;
  readonly withdrawn: boolean;
  /** Of the newest version, as all that follows. */
  readonly status: VersionStatus;
  readonly kind: Kind;
  readonly modality: string | null;
  /** Bytes of the plaintext. */
  readonly size: number;
  /** In the smallest unit; null if it is not on sale. */
  readonly price: string | null;
}

/** A record that the index found. */
export const ofHit = ({ record, withdrawn, status, descriptor, listing }: Hit): OwnRecord => {
  const { kind, modality, plaintext_size: size } = descriptor;
  return { record, withdrawn, status, kind, modality, size, price: listing?.price ?? null };
};

const ofState = ({ record, withdrawn }: Record & { readonly record: number }, { status, content }: RecordVersion, listing: Listing | null): OwnRecord => {
  const { kind, modality, plaintext_size: size } = content.descriptor;
  return { record, withdrawn, status, kind, modality, size, price: listing?.price ?? null };
};

/** The newest records of an owner in the chain's state, at most so many, also withdrawn ones; and how many there are. */
export const storedRecords = async (client: Client, owner: string, most: number): Promise<{ items: readonly OwnRecord[]; total: number }> => {
  const node = new NodeClient(client);
  const all = await node.recordsOf(owner);
  const newest = all.slice(-most).toReversed();
  const items = await Promise.all(
    newest.map(async (record) => {
      const [version, listing] = await Promise.all([node.version(record.record, record.latest), node.listing(record.record)]);
      return ofState(record, version, listing);
    }),
  );
  return { items, total: all.length };
};
