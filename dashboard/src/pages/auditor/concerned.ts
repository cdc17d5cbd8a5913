// Whom the reviews of an auditor concern, as the chain has it now.

import type { NodeClient, Review } from '../../chain/node-client.js';
import { conflictsOf, type Conflict } from './conflicts.js';

/** Whose record a review is about, and why the auditor should not judge it; usually nothing. */
export interface Standing {
  readonly owner: string;
  readonly conflicts: readonly Conflict[];
}

/** Says of reviews how an auditor stands to them. Of many reviews, each record and each member is asked for once. */
export const standingIn = (
  node: Pick<NodeClient, 'record' | 'member'>,
  me: string,
): ((review: Pick<Review, 'record' | 'holder' | 'excluded'>) => Promise<Standing>) => {
  const ownerOf = once(async (record: number) => (await node.record(record)).owner);
  const sponsorOf = once(async (who: string) => (await node.member(who))?.sponsor ?? null);
  return async ({ record, holder, excluded }) => {
    const owner = await ownerOf(record);
    const [mine, owners, holders] = await Promise.all([me, owner, holder].map(sponsorOf));
    const sponsors = { mine: mine ?? null, owners: owners ?? null, holders: holders ?? null };
    return { owner, conflicts: conflictsOf(me, { owner, holder, excluded, sponsors }) };
  };
};

/** Asks for each thing once. */
const once = <K, V>(ask: (key: K) => Promise<V>): ((key: K) => Promise<V>) => {
  const answers = new Map<K, Promise<V>>();
  return (key) => {
    const answer = answers.get(key) ?? ask(key);
    answers.set(key, answer);
    return answer;
  };
};
