// The grants that an owner has given, from the index or, where a node keeps none, from the chain's state.

import type { Client } from '../../chain/connection.js';
import type { GrantItem, Purpose } from '../../chain/index-client.js';
import { NodeClient } from '../../chain/node-client.js';
import type { MedshareTypesAccessGrant, MedshareTypesConsentPurpose } from '../../chain/types/medshare/index.js';

/** A grant as its owner looks at it. */
export type Given = Pick<GrantItem, 'record' | 'version' | 'grantee' | 'purpose' | 'expires' | 'revoked'> & {
  readonly basis: 'Direct' | 'Request' | 'Order';
};

/** What a grant rests on. */
export const basisOf = (basis: GrantItem['basis']): Given['basis'] =>
  typeof basis === 'string' ? basis : 'Request' in basis ? 'Request' : 'Order';

const purposeOf = ({ rUse, commercial, forProfit, ethicsApproval, willPublish }: MedshareTypesConsentPurpose): Purpose => ({
  use: rUse.type === 'DiseaseResearch' ? { DiseaseResearch: rUse.value } : rUse.type,
  commercial,
  for_profit: forProfit,
  ethics_approval: ethicsApproval,
  will_publish: willPublish,
});

const moment = (ms: bigint | undefined): number | null => (ms === undefined ? null : Number(ms));

/** A grant of the chain's state, with its key there. */
export const givenOf = ([record, version, grantee]: readonly [bigint, number, string], grant: MedshareTypesAccessGrant): Given => ({
  record: Number(record),
  version,
  grantee,
  basis: grant.basis.type,
  purpose: purposeOf(grant.purpose),
  expires: moment(grant.expires),
  revoked: moment(grant.revoked),
});

/** All grants of somebody's records that are stored, the newest records first. */
export const storedGrants = async (client: Client, owner: string): Promise<readonly Given[]> => {
  const records = await new NodeClient(client).recordsOf(owner);
  const found = await Promise.all(records.map(({ record }) => client.query.access.grants.entries(BigInt(record))));
  return found
    .flat()
    .map(([[record, version, grantee], grant]) => givenOf([record, version, grantee.address()], grant))
    .toReversed();
};

/** How a grant stands at a time, ms. */
export const grantState = ({ revoked, expires }: Pick<Given, 'revoked' | 'expires'>, now: number): 'active' | 'revoked' | 'expired' => {
  if (revoked !== null) return 'revoked';
  return expires !== null && expires <= now ? 'expired' : 'active';
};
