// A connection as polkadot.js Apps makes one: no types, no extensions, no methods are described to it.

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';

export const setting = (name) => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; tests/tests/polkadot_js.rs says what is needed`);
  return value;
};

// With what polkadot.js warns about while it learns what the chain is.
export const connect = async () => {
  const warnings = [];
  const { warn } = console;
  console.warn = (...parts) => warnings.push(parts.join(' ').trim());
  try {
    const provider = new WsProvider(setting('MEDSHARE_NODE'));
    const api = await ApiPromise.create({ provider, throwOnConnect: true, throwOnUnknown: true });
    return { api, warnings };
  } finally {
    console.warn = warn;
  }
};

export const account = (uri) => new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri(uri);

// A call that was in a block and failed there, in the chain's own words.
export class Refused extends Error {
  constructor({ section, name, docs }) {
    super(`${section}.${name}: ${docs.join(' ')}`);
    Object.assign(this, { section, variant: name, docs });
  }
}

// Sends a call and waits until it is in a block; gives the extrinsic and its events.
export const send = (api, call, signer, options = {}) =>
  new Promise((resolve, reject) => {
    const settle = ({ status, events, dispatchError, isError, txHash }) => {
      if (dispatchError) {
        const { isModule } = dispatchError;
        const found = isModule && api.registry.findMetaError(dispatchError.asModule);
        reject(found ? new Refused(found) : new Error(`${dispatchError}`));
      } else if (status.isInBlock || status.isFinalized) {
        // A quick chain may have finalised the block before anybody hears of it.
        const block = status.isInBlock ? status.asInBlock : status.asFinalized;
        resolve({ block, txHash, events: events.map(({ event }) => event) });
      } else if (isError) {
        reject(new Error(`the pool gave it up: ${status.type}`));
      }
    };
    call.signAndSend(signer, options, settle).catch(reject);
  });

// Waits until the block of a sent call is final.
export const finalised = async (api, { block }) => {
  const number = (await api.rpc.chain.getHeader(block)).number.toNumber();
  await new Promise((resolve, reject) => {
    const ended = api.rpc.chain.subscribeFinalizedHeads(async (head) => {
      if (head.number.toNumber() < number) return;
      (await ended)();
      resolve();
    });
    ended.catch(reject);
  });
};

// The one event of this name.
export const eventOf = ({ events }, section, method) => {
  const found = events.filter((event) => event.section === section && event.method === method);
  if (found.length !== 1) {
    const all = events.map((event) => `${event.section}.${event.method}`);
    throw new Error(`${found.length} events ${section}.${method} among ${all}`);
  }
  return found[0].data;
};

// The extrinsic as the block has it.
export const included = async (api, { block, txHash }) => {
  const { block: { extrinsics } } = await api.rpc.chain.getBlock(block);
  return extrinsics.find((extrinsic) => extrinsic.hash.eq(txHash));
};
