// The council's affairs, read from the chain.

import { useChainQuery } from '../../chain/context.js';
import type { Client } from '../../chain/connection.js';
import type { Hex } from '../../chain/shapes.js';
import type { Role } from '../../chain/node-client.js';
import { toJson, type Json } from '../explorer/fields.js';

export interface Motion {
  readonly hash: Hex;
  readonly index: number;
  readonly threshold: number;
  readonly yes: readonly string[];
  readonly no: readonly string[];
  readonly end: number;
  readonly pallet: string;
  readonly call: string;
  readonly fields: Readonly<Record<string, Json>>;
}

export interface MemberRow {
  readonly address: string;
  readonly roles: readonly Role[];
  readonly sponsor: string | undefined;
  readonly suspended: 'council' | 'sponsor' | undefined;
  readonly since: number;
}

export interface ValidatorRow {
  readonly address: string;
  readonly state: 'Active' | 'Suspended' | 'Leaving' | 'Proposed';
  readonly since: number;
  /** Sessions in a row in which it authored nothing. */
  readonly silent: number;
  readonly inSession: boolean;
}

interface RuntimeCall {
  readonly pallet: string;
  readonly palletCall: string | { readonly name: string; readonly params?: unknown } | null;
}

/** A decoded call: its name and its arguments. */
export const describeCall = (runtimeCall: unknown): Pick<Motion, 'pallet' | 'call' | 'fields'> => {
  const { pallet, palletCall } = runtimeCall as RuntimeCall;
  if (palletCall === null || typeof palletCall === 'string') return { pallet, call: palletCall ?? '', fields: {} };
  const fields = toJson(palletCall.params);
  return {
    pallet,
    call: palletCall.name,
    fields: typeof fields === 'object' && fields !== null && !Array.isArray(fields) ? (fields as Motion['fields']) : {},
  };
};

const readMotions = async (client: Client): Promise<readonly Motion[]> => {
  const { council } = client.query;
  const hashes = await council.proposals();
  const [votes, calls] = await Promise.all([council.voting.multi(hashes), council.proposalOf.multi(hashes)]);
  return hashes
    .flatMap((hash, at): Motion[] => {
      const vote = votes[at];
      const call = calls[at];
      if (!vote || !call) return [];
      const { index, threshold, ayes, nays, end } = vote;
      const addresses = (accounts: typeof ayes): string[] => accounts.map((account) => account.address());
      return [{ hash, index, threshold, end, yes: addresses(ayes), no: addresses(nays), ...describeCall(call) }];
    })
    .toSorted((one, other) => other.index - one.index);
};

export const useMotions = () => useChainQuery(['council', 'motions'], readMotions);

/** The hospitals that vote. */
export const useHospitals = () =>
  useChainQuery(['council', 'hospitals'], async (client) =>
    (await client.query.council.members()).map((account) => account.address()),
  );

/** Most members that are listed. */
export const MOST_MEMBERS = 200;

export const useMembers = () =>
  useChainQuery(['council', 'members'], async (client): Promise<readonly MemberRow[]> => {
    const entries = await client.query.members.members.pagedEntries({ pageSize: MOST_MEMBERS });
    return entries
      .map(([account, member]): MemberRow => {
        const { status } = member;
        return {
          address: account.address(),
          roles: member.roles,
          sponsor: member.sponsor?.address(),
          suspended: status.type === 'Active' ? undefined : status.value.byCouncil ? 'council' : 'sponsor',
          since: Number(member.since),
        };
      })
      .toSorted((one, other) => one.since - other.since || one.address.localeCompare(other.address));
  });

export const useValidators = () =>
  useChainQuery(['council', 'validators'], async (client): Promise<readonly ValidatorRow[]> => {
    const [validators, proposals, session] = await Promise.all([
      client.query.validators.validators(),
      client.query.validators.proposals(),
      client.query.session.validators(),
    ]);
    const now = new Set(session.map((account) => account.address()));
    return [
      ...validators.map(([account, { state, since, silent }]): ValidatorRow => {
        const address = account.address();
        return { address, state: state.type, since: Number(since), silent, inSession: now.has(address) };
      }),
      ...proposals.map(
        ([account, since]): ValidatorRow => ({
          address: account.address(),
          state: 'Proposed',
          since: Number(since),
          silent: 0,
          inSession: false,
        }),
      ),
    ];
  });
