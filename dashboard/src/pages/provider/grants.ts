// The grants that an owner has given, from the index or, where a node keeps none, from the chain's state.

import type { Client } from '../../chain/connection.js';
import type { GrantItem, Purpose } from '../../chain/shapes.js';
import { NodeClient } from '../../chain/node-client.js';
import type { MedshareTypesAccessGrant, MedshareTypesAccessGrantBasis, MedshareTypesConsentPurpose } from '../../chain/types/medshare/index.js';

/** A grant as its owner looks at it. */
export type Given = Pick<GrantItem, 'record' | 'version' | 'grantee' | 'basis' | 'purpose' | 'expires' | 'revoked'>;

type Basis = GrantItem['basis'];

/** The kind of what a grant rests on. */
export const basisOf = (basis: Basis): 'Direct' | 'Request' | 'Order' =>
  typeof basis === 'string' ? basis : 'Request' in basis ? 'Request' : 'Order';

/** What a grant of the chain's state rests on, as the index has it. */
const basisFrom = (basis: MedshareTypesAccessGrantBasis): Basis => {
  if (basis.type === 'Direct') return basis.type;
  return basis.type === 'Request' ? { Request: Number(basis.value) } : { Order: Number(basis.value) };
};

/** A purpose of the chain's state, as the index has it. */
export const purposeFrom = ({ use, commercial, forProfit, ethicsApproval, willPublish }: MedshareTypesConsentPurpose): Purpose => ({
  use: use.type === 'DiseaseResearch' ? { DiseaseResearch: use.value } : use.type,
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
  basis: basisFrom(grant.basis),
  purpose: purposeFrom(grant.purpose),
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

/** How its owner can end a grant, or of which order money is on hold, while which the chain lets nobody end it. */
export type End = 'revoke' | 'clear' | { readonly held: number };

/** How a grant can be ended at a time, ms. `open` has the numbers of the orders of which money is on hold. */
export const endOf = (grant: Pick<Given, 'basis' | 'revoked' | 'expires'>, now: number, open: ReadonlySet<number>): End => {
  const { basis } = grant;
  if (typeof basis === 'object' && 'Order' in basis && open.has(basis.Order)) return { held: basis.Order };
  return grantState(grant, now) === 'active' ? 'revoke' : 'clear';
};
