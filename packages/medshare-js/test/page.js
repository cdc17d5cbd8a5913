// What `browser.test.js` has a browser do.

import {
  Identity,
  RecordKey,
  collect,
  openCommitment,
  openEnvelope,
  openSealed,
  sealDocument,
  sealKey,
} from 'medshare-js';

const run = async () => {
  const made = Identity.generate();
  const file = await made.toKeyFile('correct horse battery', { workFactor: 10 });
  const identity = await Identity.fromKeyFile(file, 'correct horse battery');
  const pair = identity.keyPair(made.newestKey);

  const descriptors = {};
  const opened = [];
  const names = Object.keys(await (await fetch('descriptors.json')).json());
  for (const name of names) {
    const document = await (await fetch(name)).blob();
    const { blob: envelope, result: sealed } = await collect((sink) => sealDocument(document, pair.public, sink));
    descriptors[name] = sealed.descriptor;
    const key = openCommitment(pair, sealed.commitment);
    const { blob } = await collect((sink) => openEnvelope(envelope, key, sealed, sink));
    const [out, into] = await Promise.all([blob, document].map(async (one) => new Uint8Array(await one.arrayBuffer())));
    if (out.length === into.length && out.every((byte, i) => byte === into[i])) opened.push(name);
  }

  const buyer = Identity.generate();
  const key = RecordKey.generate();
  const context = { genesis: `0x${'11'.repeat(32)}`, record: 1n, version: 1, grantee: buyer.address, purpose: { order: 2n } };
  const sealed = sealKey(pair, key.commit(pair.public), buyer.newestKey, context);
  const proved = openSealed(buyer.keyPair(buyer.newestKey), sealed).compress() === key.compress();
  return { descriptors, opened, proved };
};

const report = await run().catch((error) => ({ error: `${error.stack ?? error}` }));
await fetch('report', { method: 'POST', body: JSON.stringify(report) });
