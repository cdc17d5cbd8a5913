// The application of somebody who wants to be admitted: what `medshare --json keys show` prints.

export interface Application {
  readonly account: string;
  readonly key: `0x${string}`;
  readonly proof: { readonly challenge: `0x${string}`; readonly response: `0x${string}` };
}

const isHex = (text: unknown, bytes: number): text is `0x${string}` =>
  typeof text === 'string' && new RegExp(`^0x[0-9a-f]{${bytes * 2}}$`, 'i').test(text);

/** Reads it. `undefined` if it is none, or is one for the chain of another genesis hash. */
export const parseApplication = (text: string, genesis: string): Application | 'other-chain' | undefined => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { account, key, proof, genesis: chain } = (json ?? {}) as Record<string, unknown>;
  if (typeof account !== 'string' || !isHex(key, 32)) return undefined;
  if (typeof chain === 'string' && chain !== genesis) return 'other-chain';
  if (isHex(proof, 64)) {
    return { account, key, proof: { challenge: proof.slice(0, 66) as `0x${string}`, response: `0x${proof.slice(66)}` } };
  }
  const { challenge, response } = (proof ?? {}) as Record<string, unknown>;
  return isHex(challenge, 32) && isHex(response, 32) ? { account, key, proof: { challenge, response } } : undefined;
};
