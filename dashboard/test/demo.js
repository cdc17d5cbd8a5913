// A network to try the app on: a development chain, a vault that serves the app, an agent, and records in every state. It runs until
// Ctrl-C. `scripts/demo.sh --web` builds what it needs and starts it.

import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Network } from './support/network.js';
import { buyerBeside, decide, prepared, register } from './support/sale.js';

const say = (text = '') => process.stdout.write(`${text}\n`);

const seed = async (network) => {
  network.agent('Alice');
  const note = join(network.folder, 'note.txt');
  writeFileSync(note, 'Letter about John Doe, born 4 May 1970.\n');
  const files = {
    sold: await prepared(network, 'dicom/CT_small.dcm'),
    offered: await prepared(network, 'fhir/atencio.json'),
    dear: await prepared(network, 'dicom/MR_small.dcm'),
    approved: await prepared(network, 'fhir/riojas.json'),
    waiting: await prepared(network, 'dicom/examples_rgb_color.dcm'),
    rejected: note,
  };
  // One after the other, because each is a transaction of Alice's.
  const records = {};
  for (const [name, path] of Object.entries(files)) {
    const policy = name === 'dear' ? 'health-research' : 'general-research';
    records[name] = await register(network, path, policy);
    say(`  record ${records[name]}: Alice registers ${basename(path)}`);
  }
  const votes = [['sold', 'approve'], ['offered', 'approve'], ['dear', 'approve'], ['approved', 'approve']];
  const all = [...votes, ['rejected', 'reject', '--finding', 'not-deidentified']];
  const [voters] = await Promise.all(
    all.map(async ([name, ...vote]) => {
      const names = await decide(network, records[name], ...vote);
      say(`  ${names.join(' and ')} ${vote[0]} record ${records[name]}`);
      return names;
    }),
  );
  for (const [name, price] of [['sold', 40], ['offered', 25], ['dear', 120]]) {
    await network.cli('Alice', 'list', records[name], '--price', price);
    say(`  Alice lists record ${records[name]} for ${price} MDS`);
  }
  const buyer = buyerBeside(voters);
  await network.cli(buyer, 'buy', records.sold, '--use', 'biomedical-research', '--wait', '60');
  say(`  ${buyer} buys record ${records.sold}, and Alice's agent delivers the key`);
};

const ended = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve(signal));
});

const web = process.argv[2];
if (!web) throw new Error('the folder of the built app is missing');

say('Starting a development node and a vault that serves the app…');
const network = new Network();
// What is stopped while it starts, or is at work, fails in its own way.
const work = network.begin({ web }).then(() => seed(network));
try {
  if ((await Promise.race([work.then(() => 'ready'), ended])) === 'ready') {
    say(`\nThe app is open at ${network.address}/`);
    say(`The node answers at ${network.node}. In the app, choose a development account: Alice provides, any of the`);
    say('others audits or buys. Record 4 waits for its auditors. Ctrl-C ends everything, and leaves nothing.');
    await ended;
  }
} catch (error) {
  say(`\n${error.message}`);
  process.exitCode = 1;
} finally {
  say('\nStopping…');
  await network.stop();
}
