// The steps of a sale, with `@polkadot/api` for the chain and `medshare-js` for all that is neither chain nor vault.

import { createHash } from 'node:crypto';
import { collect, openEnvelope, openSealed, sealKey } from './medshare.js';
import { account, finalised, send } from './chain.js';
import { signerOf } from './wallet.js';

// The development accounts, which are members in every role.
export const NAMES = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie', 'One', 'Two'];

export const nameOf = (address) => NAMES.find((name) => account(`//${name}`).address === address.toString());

const SECOND = 1000;

// Asks until there is an answer.
export const until = async (what, ask) => {
  for (let left = 120; left > 0; left -= 1) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resume) => setTimeout(resume, SECOND));
  }
  throw new Error(`there is still not ${what} after two minutes`);
};

// The review of a version, once all its seats are drawn.
export const drawn = (api, record, version, seats) =>
  until('a panel', async () => {
    const review = (await api.call.medshareApi.review({ Record: { record, version } })).unwrap();
    return review.panel.length === seats ? review : undefined;
  });

// What a sealed key is bound to, but for whom and what for.
export const context = (api, record, version) => ({ genesis: api.genesisHash.toHex(), record, version });

// Seals the key of a commitment to everybody on a panel, as `audits.deliverKeys` takes it.
export const keysFor = (api, holder, { record, version, commitment, panel }) =>
  panel.map(({ auditor, key }) => {
    const statement = { ...context(api, record.toBigInt(), version.toNumber()), grantee: auditor.toString(), purpose: 'audit' };
    const made = { d1: commitment.d1.toHex(), d2: commitment.d2.toHex() };
    return [auditor.toString(), sealKey(holder, made, key.toHex(), statement)];
  });

// A sealed key as the chain shows it.
export const sealedOf = ({ c1, c2 }) => ({ c1: c1.toHex(), c2: c2.toHex() });

// Fetches a version from a vault and opens it, as whoever has a key sealed: the bytes of the document.
export const fetchAndOpen = async (api, vault, who, pair, sealed, record, version) => {
  const { content } = (await api.call.medshareApi.recordVersion(record, version)).unwrap();
  const registered = {
    ciphertext: content.ciphertext.toHex(),
    size: content.size_.toNumber(),
    plaintext: content.plaintext.toHex(),
  };
  const what = { record, version, blob: registered.ciphertext, size: registered.size };
  const envelope = await collect((sink) => vault.download(signerOf(who), what, sink));
  const key = openSealed(pair, sealedOf(sealed));
  const document = await collect((sink) => openEnvelope(envelope.blob, key, registered, sink));
  return { document: document.blob, descriptor: content.descriptor.toJSON() };
};

// Votes to approve, with the hash of a report that says so.
export const approve = async (api, auditor, record, version) => {
  const report = `0x${createHash('sha256').update(`record ${record} is as described`).digest('hex')}`;
  return send(api, api.tx.audits.vote(record, version, 'Approve', [], report), auditor);
};

// Sends a call, and waits until the vaults, which ask at the final head, know of it.
export const settle = async (api, call, signer) => {
  const sent = await send(api, call, signer);
  await finalised(api, sent);
  return sent;
};
