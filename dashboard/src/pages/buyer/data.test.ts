import { MedshareError, VaultClient, type Link, type Signer } from 'medshare-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../../chain/connection.js';
import type { RecordVersion } from '../../chain/node-client.js';
import { offer, openOrder, orders, presenceOf, search, unlisted } from './data.js';

const genesis = `0x${'ab'.repeat(32)}` as const;
const blob = `0x${'01'.repeat(32)}` as const;
const signer: Signer = { account: genesis, sign: () => Promise.resolve(blob) };
const refusal = new MedshareError('Refused', 'the chain does not permit it');
const isDown = new MedshareError('Unreachable', 'nobody is there');

/** What vaults answer, by their addresses: the size of the blob, or an error. They are accounts of the same names. */
const presence = (answers: Readonly<Record<string, number | Error>>, down: readonly string[] = []): ReturnType<typeof presenceOf> => {
  vi.spyOn(VaultClient, 'connect').mockImplementation((address) => {
    const answer = answers[address];
    if (answer === undefined) return Promise.reject(isDown);
    const link = (): Promise<Link> => (typeof answer === 'number' ? Promise.resolve({ size: answer } as Link) : Promise.reject(answer));
    return Promise.resolve({ info: { account: address }, link } as unknown as VaultClient);
  });
  const addresses = [...Object.keys(answers), ...down];
  const content = { size: 100, locators: ['one', 'two'].map((vault) => ({ vault, blob })) };
  return presenceOf(addresses, genesis, signer, 1, 1, { content } as unknown as RecordVersion);
};

afterEach(() => void vi.restoreAllMocks());

describe('whether a vault has what is sold', () => {
  it('is what the first that has it says, whatever others say', async () => {
    expect(await presence({ one: 100, two: refusal })).toBe('there');
    expect(await presence({ one: refusal, two: 100 })).toBe('there');
    expect(await presence({ one: 99, two: 100 })).toBe('there');
    expect(await presence({ two: 100 }, ['one'])).toBe('there');
    expect(await presence({ one: 99, two: refusal })).toBe('other-size');
  });

  it('is unknown if none is known, and why it is not told else', async () => {
    expect(await presence({ three: 100 })).toBe('no-vault');
    await expect(presence({ one: refusal }, ['two'])).rejects.toBe(refusal);
    await expect(presence({}, ['one'])).rejects.toBe(isDown);
  });

  it('is not asked of the next where nobody signs', async () => {
    const cancelled = new Error('Cancelled');
    await expect(presence({ one: cancelled, two: 100 })).rejects.toBe(cancelled);
  });
});

/** A node that answers, and what it was asked. */
const nodeOf = (answer: (method: string, params: readonly unknown[]) => unknown) => {
  const send = vi.fn(async (method: string, params: readonly unknown[]) => answer(method, params));
  return { client: { provider: { send } } as unknown as Client, send };
};
const rpc = (code: number): Error => Object.assign(new Error(`${code}`), { code });
const page = { at: null, total: 0, items: [], next: null };

describe('the index', () => {
  it('is searched in what is final', async () => {
    const { client, send } = nodeOf(() => page);
    expect(await search(client, { text: '', codes: [], tiers: [], sort: 'newest' })).toEqual({ indexed: true, page });
    expect(send.mock.calls).toEqual([['medshare_search', [expect.not.objectContaining({ at_best: true })]]]);
  });

  it('is asked for one’s own orders of the best block, and of the final one where it cannot answer that', async () => {
    const { client, send } = nodeOf((_, [query]) => {
      if ((query as { at_best?: boolean }).at_best) throw rpc(9008);
      return page;
    });
    expect(await orders(client, 'A', 'Open')).toEqual({ indexed: true, items: [], next: null });
    const query = { buyer: 'A', state: 'Open', limit: 20 };
    expect(send.mock.calls).toEqual([['medshare_findOrders', [{ ...query, at_best: true }]], ['medshare_findOrders', [query]]]);
  });

  it('is not needed for orders that were not cleared', async () => {
    const [buyer, seller] = [genesis, blob];
    const listed = [{ id: 1, buyer, state: 'Settled' }, { id: 2, buyer: seller, state: 'Settled' }, { id: 3, buyer, state: { Open: { cancel: null } } }];
    const { client } = nodeOf((method) => {
      if (method === 'medshare_findOrders') throw rpc(9005);
      return listed;
    });
    const numbers = async (...state: ['Open'?]): Promise<number[]> => (await orders(client, buyer, ...state)).items.map(({ order }) => order);
    expect([await numbers(), await numbers('Open')]).toEqual([[3, 1], [3]]);
  });
});

describe('a version of a record', () => {
  const statuses = ['Approved', 'Rejected', 'Approved', 'Approved', 'Pending'];
  const node = (listed: number | null, withdrawn = false) =>
    nodeOf((method, [, version]) => {
      if (method === 'medshare_record') return { owner: 'A', latest: statuses.length, withdrawn };
      if (method === 'medshare_listing') return listed === null ? null : { version: listed, seller: 'A' };
      if (method !== 'medshare_recordVersion') return { tier: 'Standard', benefits: {} };
      const status = statuses[Number(version) - 1];
      if (status === undefined) throw rpc(9001);
      return { status };
    }).client;

  it('that is not on sale is shown as itself, beside what is on sale', async () => {
    expect(await unlisted(node(3), 7, 1)).toMatchObject({ version: 1, listed: 3 });
    expect(await unlisted(node(null), 7, 3)).toMatchObject({ version: 3, listed: null });
    expect(await offer(node(3), 7, 1)).toBeNull();
  });

  it('is the newest that is approved if none is named', async () => {
    expect(await unlisted(node(null), 7)).toMatchObject({ version: 4, listed: null });
  });

  it('is not another one in its place', async () => {
    for (const wrong of [2, 5, 6]) expect(await unlisted(node(3), 7, wrong)).toBeNull();
    expect(await unlisted(node(null, true), 7, 1)).toBeNull();
  });
});

describe('without an index', () => {
  it('what is found stands in an order that can be chosen', async () => {
    const listed = [['9', 1], ['1', 2], ['5', 3]].map(([price, since], id) => ({ id, version: 1, seller: 'A', price, since }));
    const { client } = nodeOf((method) => {
      if (method === 'medshare_search') throw rpc(9005);
      if (method === 'medshare_listings') return listed;
      if (method === 'medshare_recordVersion') return { content: { descriptor: { kind: 'Fhir', media_type: '', modality: null, codes: [], counts: [], plaintext_size: 1, completeness: 1, period: null } } };
      return { tier: 'Standard' };
    });
    const found = async (unlisted: object): Promise<unknown> => {
      const results = await search(client, { text: '', codes: [], tiers: [], sort: 'cheapest', ...unlisted });
      return results.indexed || results.items.map(({ record }) => record);
    };
    expect([await found({}), await found({ unlisted: true })]).toEqual([[1, 2, 0], [2, 1, 0]]);
  });
});

describe('an open order', () => {
  const [buyer, seller] = [genesis, blob];
  const order = (id: number, change: object = {}) => ({ id, buyer, seller, record: 7, version: 1, ...change });

  it('is found on the chain among all, in whatever state it is', async () => {
    const others = Array.from({ length: 100 }, (_, i) => order(i, { record: i + 8 }));
    const { client, send } = nodeOf((_, [, after]) => (after === null ? others : [order(100, { state: { Claimed: { rule_by: 1 } } })]));
    expect(await openOrder(client, buyer, 7, 1)).toBe(100);
    expect(send.mock.calls.map(([method, [, after]]) => [method, after])).toEqual([['medshare_openOrdersOf', null], ['medshare_openOrdersOf', 99]]);
  });

  it('is one’s own, of that version', async () => {
    const { client } = nodeOf(() => [order(1, { buyer: seller, seller: buyer }), order(2, { version: 2 }), order(3, { record: 8 })]);
    expect(await openOrder(client, buyer, 7, 1)).toBeUndefined();
  });

  it('is not taken for none where the node does not say', async () => {
    const { client } = nodeOf(() => {
      throw rpc(9003);
    });
    await expect(openOrder(client, buyer, 7, 1)).rejects.toThrow('9003');
  });
});
