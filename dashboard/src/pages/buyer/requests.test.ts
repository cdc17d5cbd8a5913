import { describe, expect, it, vi } from 'vitest';
import type { Client } from '../../chain/connection.js';
import type { TraceItem } from '../../chain/index-client.js';
import { askingOf, madeRequests, settled, storyOf } from './requests.js';

const [me, owner] = ['5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY', '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty'];
const purpose = { use: 'BiomedicalResearch', commercial: false, for_profit: false, ethics_approval: false, will_publish: true };
const happened = (event: string, fields: TraceItem['fields'], time = 5): TraceItem =>
  ({ block: 1, hash: '0x', time, index: 0, final: true, by: null, pallet: 'Access', event, fields });
const requested = (request: number, by = me): TraceItem =>
  happened('Requested', { request, record: 7, version: 1, owner, requester: by, purpose }, request);

describe('the story of an account', () => {
  it('has its requests, and how some of them ended', () => {
    const story = storyOf(
      [
        happened('Granted', { record: 7, version: 1, grantee: me, basis: { Request: 1 }, expires: null }),
        happened('Granted', { record: 7, version: 1, grantee: me, basis: { Order: 3 }, expires: null }),
        happened('Granted', { record: 8, version: 1, grantee: owner, basis: { Request: 2 }, expires: null }),
        happened('RequestCancelled', { request: 3 }),
        { ...requested(9), pallet: 'Other' },
        requested(4),
        requested(5, owner),
        requested(3),
        requested(2),
        requested(1),
      ],
      (who) => who === me,
    );
    expect(story.asked.map(({ request }) => request)).toEqual([4, 3, 2, 1]);
    expect(story.asked[0]).toMatchObject({ record: 7, version: 1, at: 4, purpose: { use: 'BiomedicalResearch', will_publish: true } });
    expect(settled(story, new Set([4])).map(({ state }) => state)).toEqual(['open', 'cancelled', 'denied', 'granted']);
  });

  it('may be of a chain that tells it otherwise', () => {
    const odd = [happened('Requested', { request: 'x', requester: me }), happened('Granted', { grantee: me, basis: 'Direct' })];
    expect(storyOf(odd, (who) => who === me)).toEqual({ asked: [], ended: new Map() });
    const bare = happened('Requested', { request: 1, record: 2, version: 1, requester: me });
    expect(storyOf([bare], (who) => who === me).asked).toMatchObject([{ purpose: undefined }]);
  });
});

/** A node whose index tells these pages, and whose state has these open requests of mine. */
const nodeOf = (pages: readonly (readonly TraceItem[])[], open: readonly number[]) => {
  const asked = vi.fn((query: { cursor?: string }) => {
    const at = Number(query.cursor ?? 0);
    return { at: { number: 1, hash: `0x${at}`, time: 0, final: true }, total: null, items: pages[at], next: at + 1 < pages.length ? `${at + 1}` : null };
  });
  const access = {
    requests: { multi: async (ids: readonly bigint[]) => ids.map((id) => (open.includes(Number(id)) ? {} : undefined)) },
    openRequests: async () => open.length,
  };
  const at = vi.fn(async () => ({ query: { access } }));
  const client = { provider: { send: async (_: string, [query]: [{ cursor?: string }]) => asked(query) }, at } as unknown as Client;
  return { client, asked, at };
};

describe('the requests that an account made', () => {
  it('are those of the pages that are asked for, if none that is open is further back', async () => {
    const { client, asked, at } = nodeOf([[requested(9)], [requested(8)], [requested(7)]], [9]);
    const made = await madeRequests(client, me, 1);
    expect(made).toMatchObject({ indexed: true, pages: 1, more: true, missing: 0, items: [{ request: 9, state: 'open' }] });
    expect(asked).toHaveBeenCalledTimes(1);
    expect((await madeRequests(client, me, 3)).items.map(({ request, state }) => [request, state])).toEqual([[9, 'open'], [8, 'denied'], [7, 'denied']]);
    // What is open is as of the block of the story's newest page.
    expect(at.mock.calls).toEqual([['0x0'], ['0x0']]);
  });

  it('are looked for further back while one is open that was not found', async () => {
    const { client } = nodeOf([[requested(9)], [], [requested(7)], [requested(6)]], [7]);
    expect(await madeRequests(client, me, 1)).toMatchObject({ pages: 3, more: true, missing: 0, items: [{ state: 'denied' }, { request: 7, state: 'open' }] });
  });

  it('are not looked for for ever: how many are missing is told', async () => {
    const { client, asked } = nodeOf(Array.from({ length: 50 }, () => []), [1, 2]);
    expect(await madeRequests(client, me, 1)).toMatchObject({ items: [], pages: 20, more: true, missing: 2 });
    expect(asked).toHaveBeenCalledTimes(20);
    expect(await madeRequests(client, me, 50)).toMatchObject({ pages: 50, more: false, missing: 2 });
  });

  it('are read once: then only the newest page, for which the node need not ask beyond final blocks', async () => {
    const story = Array.from({ length: 30 }, (_, i) => [{ ...requested(30 - i), block: 30 - i }]);
    const { client, asked } = nodeOf(story, [1]);
    const kept = {};
    const before = await madeRequests(client, me, 25, kept);
    expect([before.pages, before.missing, before.items.length]).toEqual([25, 1, 25]);
    asked.mockClear();
    // Two new ones, of which an old one is still the last of the page.
    story[0] = [{ ...requested(32), block: 31, index: 1 }, { ...requested(31), block: 31 }, ...story[0]!];
    const after = await madeRequests(client, me, 25, kept);
    expect([after.pages, after.items.map(({ request }) => request).slice(0, 4)]).toEqual([25, [32, 31, 30, 29]]);
    expect(asked.mock.calls).toEqual([[{ account: me, direction: 'newest', limit: 100, count: false }]]);
    // More is read from where it ended.
    expect((await madeRequests(client, me, 26, kept)).items.map(({ request }) => request).at(-1)).toBe(5);
    expect(asked).toHaveBeenLastCalledWith(expect.objectContaining({ cursor: '25' }));
  });

  it('are read anew where more has happened than a page has, and where the index does not know its pages any more', async () => {
    const story = Array.from({ length: 3 }, (_, i) => [{ ...requested(3 - i), block: 3 - i }]);
    const { client, asked } = nodeOf(story, []);
    const kept = {};
    await madeRequests(client, me, 3, kept);
    story.unshift([{ ...requested(9), block: 9 }]);
    expect((await madeRequests(client, me, 3, kept)).items.map(({ request }) => request)).toEqual([9, 3, 2]);
    asked.mockImplementationOnce(asked.getMockImplementation()!).mockImplementationOnce(() => {
      throw Object.assign(new Error('another query'), { code: 9007 });
    });
    await expect(madeRequests(client, me, 4, kept)).rejects.toMatchObject({ code: 9007 });
    asked.mockClear();
    expect((await madeRequests(client, me, 4, kept)).items.map(({ request }) => request)).toEqual([9, 3, 2, 1]);
    expect(asked).toHaveBeenCalledTimes(4);
  });

  it('are not counted twice where the index is behind what it told before', async () => {
    const story = [[{ ...requested(2), block: 2 }, { ...requested(1), block: 1 }]];
    const { client } = nodeOf(story, []);
    const kept = {};
    const numbers = async (): Promise<number[]> => (await madeRequests(client, me, 1, kept)).items.map(({ request }) => request);
    const [newest, older] = story[0]!;
    await numbers();
    story[0] = [older!];
    expect(await numbers()).toEqual([2, 1]);
    story[0] = [newest!, older!];
    expect(await numbers()).toEqual([2, 1]);
  });

  it('are those that are open where there is no index, and no more is read than has them', async () => {
    const entry = (request: number, requester: string) =>
      [BigInt(request), { record: 7n, version: 1, requester: { address: () => requester }, purpose: { use: { type: 'Other' } }, at: 3n }] as const;
    const all = Array.from({ length: 250 }, (_, i) => entry(i, i === 5 || i === 120 ? me : owner));
    const pagedEntries = vi.fn(async ({ startKey }: { startKey?: string }) => {
      const from = startKey === undefined ? 0 : Number(startKey) + 1;
      return all.slice(from, from + 100);
    });
    const send = async (): Promise<never> => {
      throw Object.assign(new Error('none'), { code: 9005 });
    };
    const requests = { pagedEntries, rawKey: (id: bigint) => String(id) };
    const client = { provider: { send }, query: { access: { requests, openRequests: async () => 2 } } } as unknown as Client;
    const made = await madeRequests(client, me, 1);
    expect(made).toMatchObject({ indexed: false, more: false, missing: 0 });
    expect(made.items.map(({ request, state }) => [request, state])).toEqual([[120, 'open'], [5, 'open']]);
    expect(pagedEntries).toHaveBeenCalledTimes(2);
  });
});

describe('who asks for access', () => {
  const asking = (open: number, grant: object | null = null): ReturnType<typeof askingOf> => {
    const requests = [{ id: 3, record: 7, version: 2, requester: me }, { id: 4, record: 7, version: 1, requester: owner }, { id: 5, record: 7, version: 1, requester: me }];
    const send = async (method: string) => (method === 'medshare_grant' ? grant : requests);
    const query = {
      system: { account: async () => ({ data: { free: 100n, frozen: 0n, reserved: 0n } }) },
      timestamp: { now: async () => 50n },
      access: { openRequests: async () => open },
    };
    return askingOf({ provider: { send }, query, consts: { balances: { existentialDeposit: 1n } } } as unknown as Client, me, owner, 7, 1);
  };

  it('is told of an open request for the same version, and of a grant in force', async () => {
    expect(await asking(2)).toEqual({ free: 99n, granted: false, request: 5 });
    expect(await asking(0)).toMatchObject({ request: undefined });
    expect(await asking(0, { revoked: null, expires: 51 })).toMatchObject({ granted: true });
    expect(await asking(0, { revoked: null, expires: 50 })).toMatchObject({ granted: false });
  });
});
