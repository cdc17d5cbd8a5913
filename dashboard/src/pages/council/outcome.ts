// What a transaction about a motion brought about, from its events.

import type { Client } from '../../chain/connection.js';
import { callFailure, type Included, type SendFailure } from '../../chain/send.js';
import type { Hex } from '../../chain/shapes.js';

const dataOf = (block: Included, name: string): Readonly<Record<string, unknown>> | undefined =>
  block.events.find((event) => event.pallet === 'Council' && event.name === name)?.data as
    | Readonly<Record<string, unknown>>
    | undefined;

/** The motion that was proposed; nothing where one vote was enough, so that it ran at once. */
export const proposedMotion = (block: Included): { readonly hash: Hex; readonly index: number } | undefined => {
  const { proposalHash, proposalIndex } = dataOf(block, 'Proposed') ?? {};
  return typeof proposalHash === 'string' && typeof proposalIndex === 'number'
    ? { hash: proposalHash as Hex, index: proposalIndex }
    : undefined;
};

/** How a motion's call ended, if it ran: the motion is used up also where its call failed. */
export const executed = (client: Client, block: Included): 'well' | SendFailure | undefined => {
  const { result } = dataOf(block, 'Executed') ?? {};
  if (result === undefined) return undefined;
  const { isOk, err } = result as { isOk?: boolean; err?: Parameters<typeof callFailure>[1] };
  return isOk === true || err === undefined ? 'well' : callFailure(client, err);
};
