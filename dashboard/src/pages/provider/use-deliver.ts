// Delivering keys for React: sealed in the worker that has them, sent as the agent sends them.

import type { SealContext } from 'medshare-js';
import { useAccounts } from '../../accounts/context.js';
import { panelPurpose, subjectArgument } from '../../chain/arguments.js';
import { useChain } from '../../chain/context.js';
import type { Client } from '../../chain/connection.js';
import type { Hex } from '../../chain/shapes.js';
import type { AccessRequest, NodeClient, Order, Review } from '../../chain/node-client.js';
import type { Transaction } from '../../chain/send.js';

/** Makes the calls that deliver a record key. Each throws what the keys say, such as that they are not those of the record. */
export interface Deliver {
  /** To those on a panel who lack it. */
  panel(review: Review, auditors: readonly string[]): Promise<(client: Client) => Transaction>;
  /** To the buyer of an order. */
  order(node: NodeClient, order: Pick<Order, 'order' | 'record' | 'version' | 'buyer' | 'buyer_key'>): Promise<(client: Client) => Transaction>;
  /** To whoever asked for access, until a time, ms. */
  answer(node: NodeClient, request: AccessRequest & { readonly request: number }, expires: number | undefined): Promise<(client: Client) => Transaction>;
}

/** Nothing while no keys are open. */
export const useDeliver = (): Deliver | undefined => {
  const { keyring } = useAccounts();
  const genesis = useChain()?.genesis;
  if (!keyring || !genesis) return undefined;
  const own = async (node: NodeClient, to: Omit<SealContext, 'genesis'>, granteeKey: Hex) => {
    const { owner_key, content } = await node.version(Number(to.record), to.version);
    return keyring.sealTo(owner_key, content.commitment, granteeKey, { genesis, ...to });
  };
  return {
    panel: async ({ subject, record, version, holder_key, commitment, panel }, auditors) => {
      const keys: [string, Awaited<ReturnType<typeof keyring.sealTo>>][] = [];
      for (const { auditor, key } of panel.filter((seat) => auditors.includes(seat.auditor))) {
        const context = { genesis, record, version, grantee: auditor, purpose: panelPurpose(subject) };
        keys.push([auditor, await keyring.sealTo(holder_key, commitment, key, context)]);
      }
      return (client) => client.tx.audits.deliverKeys(subjectArgument(subject), keys);
    },
    order: async (node, { order, record, version, buyer, buyer_key }) => {
      const sealed = await own(node, { record, version, grantee: buyer, purpose: { order } }, buyer_key);
      return (client) => client.tx.marketplace.deliver(BigInt(order), sealed);
    },
    answer: async (node, { request, record, version, requester, requester_key }, expires) => {
      const sealed = await own(node, { record, version, grantee: requester, purpose: { request } }, requester_key);
      return (client) => client.tx.access.answer(BigInt(request), sealed, expires === undefined ? undefined : BigInt(expires));
    },
  };
};
