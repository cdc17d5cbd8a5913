// The chain's time, by which it goes in all that has a deadline: that of its newest block, and not this machine's.

import type { Client } from './connection.js';
import { useChainQuery } from './context.js';

/** The chain's time, ms. */
export const chainTime = async (client: Client): Promise<number> => Number(await client.query.timestamp.now());

/** The chain's time, ms, once it is known; it goes on with each block. */
export const useChainTime = (): number | undefined => useChainQuery(['time'], chainTime).data;
