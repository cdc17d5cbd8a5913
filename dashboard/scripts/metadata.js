// The runtime's metadata, of which the types in src/chain/types are made: `node scripts/metadata.js http://127.0.0.1:9944` takes
// it from a node into chain/metadata.scale, and with `--check` only says whether it is still that.

import { readFile, writeFile } from 'node:fs/promises';

/** The newest version that the chain client reads; the call's argument is a little-endian u32. */
const VERSION = '0x0f000000';
const FILE = new URL('../chain/metadata.scale', import.meta.url);

/** The metadata of the runtime of a node's best block, without what wraps them in the answer. */
export const metadataOf = async (node) => {
  const response = await fetch(node, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'state_call', params: ['Metadata_metadata_at_version', VERSION] }),
  });
  const { result, error } = await response.json();
  if (error) throw new Error(`the node at ${node} gave no metadata: ${error.message}`);
  const bytes = Buffer.from(result.slice(2), 'hex');
  // An option, the length, and then the metadata, which begin with their magic word.
  const begin = bytes.indexOf('meta');
  if (begin < 0 || begin > 6) throw new Error(`the node at ${node} has no metadata of version 15`);
  return bytes.subarray(begin);
};

/** Whether the metadata in this folder are those of a node. */
export const isCurrent = async (node) => (await metadataOf(node)).equals(await readFile(FILE));

if (process.argv[1] === import.meta.filename) {
  const [node, check] = process.argv.slice(2);
  if (node === undefined || (check !== undefined && check !== '--check')) {
    console.error('usage: node scripts/metadata.js http://NODE [--check]');
    process.exitCode = 2;
  } else if (check === undefined) {
    await writeFile(FILE, await metadataOf(node));
    console.log('chain/metadata.scale is that of the node; now `npm run types`');
  } else if (!(await isCurrent(node))) {
    console.error('chain/metadata.scale is not that of the node: run this without --check, then `npm run types`');
    process.exitCode = 1;
  }
}
