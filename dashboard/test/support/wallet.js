// A wallet in the browser that signs with polkadot.js's own library, and shows what it signs by the metadata that the page has
// offered it, and by nothing else: as the polkadot.js extension does.

import { createRequire } from 'node:module';

// The tests of polkadot.js have the library.
const require = createRequire(new URL('../../../tests/polkadot-js/package.json', import.meta.url));
const { Keyring } = require('@polkadot/keyring');
const { Metadata, TypeRegistry } = require('@polkadot/types');
const { u8aToHex, u8aWrapBytes } = require('@polkadot/util');
const { base64Decode, cryptoWaitReady } = require('@polkadot/util-crypto');

/** What runs in the page, where wallets inject themselves. */
const inject = ({ address, name }) => {
  const known = [];
  const wallet = {
    accounts: { get: () => Promise.resolve([{ address, name, type: 'sr25519' }]) },
    metadata: {
      get: () => Promise.resolve(known),
      provide: async (definition) => {
        await window.walletLearns(definition);
        known.push({ genesisHash: definition.genesisHash, specVersion: definition.specVersion });
        return true;
      },
    },
    signer: { signPayload: (payload) => window.walletSigns(payload), signRaw: (raw) => window.walletSignsBytes(raw) },
  };
  window.injectedWeb3 = { 'polkadot-js': { version: '0.1', enable: () => Promise.resolve(wallet) } };
};

/** A wallet with a development account. */
export const wallet = async (account, name) => {
  await cryptoWaitReady();
  const pair = new Keyring({ type: 'sr25519' }).addFromUri(`//${account}`);
  const chains = [];
  const registryOf = ({ genesisHash, specVersion }) => {
    const chain = chains.find((one) => one.genesisHash === genesisHash && one.specVersion === Number(specVersion));
    if (!chain) throw new Error('the wallet does not know this chain');
    const registry = new TypeRegistry();
    registry.setMetadata(new Metadata(registry, u8aToHex(base64Decode(chain.metaCalls))));
    return registry;
  };
  /** What its user was shown: the calls, and the texts. */
  const shown = [];
  return {
    shown,
    options: {
      prepare: [inject, { address: pair.address, name }],
      bindings: {
        walletLearns: (definition) => void chains.push(definition),
        walletSigns: (payload) => {
          const registry = registryOf(payload);
          const call = registry.createType('Call', payload.method);
          shown.push(`${call.section}.${call.method}`);
          registry.setSignedExtensions(payload.signedExtensions);
          const { signature } = registry.createType('ExtrinsicPayload', payload, { version: payload.version }).sign(pair);
          return { id: shown.length, signature };
        },
        walletSignsBytes: ({ data }) => {
          shown.push(data);
          return { id: shown.length, signature: u8aToHex(pair.sign(u8aWrapBytes(data))) };
        },
      },
    },
  };
};
