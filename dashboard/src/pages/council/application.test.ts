import { Identity } from 'medshare-js';
import { describe, expect, it } from 'vitest';
import { parseApplication } from './application.js';

const GENESIS = `0x${'11'.repeat(32)}` as const;

describe('an application', () => {
  const { account, key, proof } = Identity.development('Ferdie').application(GENESIS);

  it('is read as the command prints it, and as medshare-js makes it', () => {
    const printed = { account, key, proof: `${proof.challenge}${proof.response.slice(2)}`, keys: [key], genesis: GENESIS };
    expect(parseApplication(JSON.stringify(printed), GENESIS)).toEqual({ account, key, proof });
    expect(parseApplication(JSON.stringify({ account, key, proof }), GENESIS)).toEqual({ account, key, proof });
  });

  it('of another chain is told apart', () => {
    const other = { account, key, proof, genesis: `0x${'22'.repeat(32)}` };
    expect(parseApplication(JSON.stringify(other), GENESIS)).toBe('other-chain');
  });

  it.each(['', 'null', '{}', JSON.stringify({ account, key }), JSON.stringify({ account, key: '0x12', proof })])('is not %j', (text) => {
    expect(parseApplication(text, GENESIS)).toBeUndefined();
  });
});
