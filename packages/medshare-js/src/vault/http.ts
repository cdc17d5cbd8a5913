// HTTP with a vault: what is asked again, and what its refusals say.

import { MedshareError, reasonOf, type Problem } from '../error.js';

/** How often something is tried that can fail for a moment. */
const ATTEMPTS = 5;
const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The base address of a vault, which may be mounted under a path of its own. */
export const baseUrl = (address: string): URL => {
  const bad = (reason: string): MedshareError =>
    new MedshareError('BadAddress', `\`${address}\` is not the address of a vault: ${reason}`, {
      hint: 'It looks like http://127.0.0.1:8790.',
    });
  let base: URL;
  try {
    base = new URL(address);
  } catch {
    throw bad('it is no URL');
  }
  if (base.protocol !== 'http:' && base.protocol !== 'https:') throw bad('it does not begin with http:// or https://');
  base.search = '';
  base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
};

export const unreachable = (base: URL, cause: unknown): MedshareError =>
  new MedshareError('Unreachable', `cannot reach the vault at ${base}: ${causes(cause)}`, {
    hint: 'Check that the vault runs, that its address is right, and in a browser that it permits this page (--cors-origin).',
    cause,
  });

export const unexpected = (base: URL, what: string): MedshareError =>
  new MedshareError('Unexpected', `the vault at ${base} answered something unexpected: ${what}`, {
    hint: 'Check that the address is that of a medshare vault.',
  });

// `fetch` says only that it failed; why is in its cause.
const causes = (error: unknown): string => {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? reasonOf(error) : `${reasonOf(error)}: ${reasonOf(cause)}`;
};

/** Passes a successful answer on; any other is an error. */
export const check = async (base: URL, response: Response): Promise<Response> => {
  if (response.ok) return response;
  const isProblem = response.headers.get('content-type')?.startsWith(PROBLEM_MEDIA_TYPE);
  const problem = isProblem ? ((await response.json().catch(() => undefined)) as Problem | undefined) : undefined;
  if (problem?.code === undefined) {
    await response.body?.cancel();
    throw unexpected(base, `HTTP status ${response.status}`);
  }
  throw new MedshareError('Refused', `the vault refused: ${problem.detail} (${problem.code})`, {
    hint: problem.action,
    problem,
  });
};

/** Whether trying the same again can help. */
const isTransient = (error: unknown): boolean =>
  error instanceof MedshareError &&
  (error.code === 'Unreachable' || [408, 429, 502, 503, 504].includes(error.problem?.status ?? 0));

/** How patient one is: milliseconds before the second attempt; twice as many before each further one. */
export interface Patience {
  /** Before the second attempt, ms. */
  readonly pause: number;
  /** How long a vault may send nothing, ms. */
  readonly idle: number;
}

/**
 * Tries something that gets further each time, until it is done or five attempts in a row brought nothing.
 * `again` says of other errors than a failed connection whether another attempt can help.
 */
export const persist = async <T>(
  patience: Patience,
  attempt: () => Promise<T>,
  { progress = () => 0, again = () => false, signal }: {
    progress?: () => number;
    again?: (error: unknown) => boolean;
    signal?: AbortSignal | undefined;
  } = {},
): Promise<T> => {
  let [failures, furthest] = [0, progress()];
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      signal?.throwIfAborted();
      if (!isTransient(error) && !again(error)) throw error;
      failures = progress() > furthest ? 1 : failures + 1;
      furthest = Math.max(furthest, progress());
      if (failures >= ATTEMPTS) throw error;
      await new Promise((resume) => setTimeout(resume, patience.pause * 2 ** (failures - 1)));
      signal?.throwIfAborted();
    }
  }
};
