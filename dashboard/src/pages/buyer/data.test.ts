import { MedshareError, VaultClient, type Link, type Signer } from 'medshare-js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RecordVersion } from '../../chain/node-client.js';
import { presenceOf } from './data.js';

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
