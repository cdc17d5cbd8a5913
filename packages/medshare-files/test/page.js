// What `browser.test.js` has a browser do.

import { checkFile, deidentifyFile, describeFile, generateSecret, membersOf, packFiles, subjectOf } from 'medshare-files';

const SECRET = '17'.repeat(32);

const attempt = async (promise) => {
  try {
    return await promise;
  } catch ({ code, message, hint }) {
    return { code, message, hint };
  }
};

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

const copyOf = async (file) => {
  const { blob, ...told } = await deidentifyFile(file, { secret: SECRET });
  return { ...told, sha256: hex(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())), type: blob.type };
};

const run = async () => {
  // The readers cannot be loaded: the next task tries again.
  const { fetch } = globalThis;
  globalThis.fetch = async () => new Response(null, { status: 503 });
  const fault = await attempt(checkFile(new Blob(['a'])));
  globalThis.fetch = fetch;

  const results = {};
  const texts = {};
  for (const name of await (await fetch('samples.json')).json()) {
    const content = await (await fetch(`samples/${encodeURIComponent(name)}`)).blob();
    texts[name] = content;
    const file = new File([content], name, { type: 'text/example' });
    const [description, checked, copy] = await Promise.all([
      attempt(describeFile(file)),
      attempt(checkFile(file)),
      attempt(copyOf(file)),
    ]);
    results[name] = { description, checked, copy };
  }

  const rows = new Blob(Array(32).fill('4711,ada@hospital.example,13.5\n'.repeat(1 << 15)));
  const progress = [];
  await checkFile(rows, { onProgress: (done) => progress.push(done) });

  // More than run at once: the last of them waits for its turn.
  const stop = new AbortController();
  const stopped = [0, 1, 2].map((i) =>
    checkFile(rows, { signal: stop.signal, onProgress: () => i === 0 && stop.abort('stopped') }).catch((reason) => reason));
  const aborted = await Promise.all(stopped);
  const { counts } = await checkFile(rows);

  const [one, two] = ['table.csv', 'patient.json'].map((name) => new File([texts[name]], name));
  const { blob, leftOut } = await packFiles(membersOf([two, one, new File(['x'], '.DS_Store')]));
  const { descriptor } = await describeFile(blob);
  const subject = await subjectOf(two, { secret: SECRET });
  const packed = { leftOut, counts: descriptor.counts, type: blob.type, subject };
  return { results, progress, aborted, waited: counts.length > 0, fault, packed, secret: generateSecret() };
};

const report = await run().catch((error) => ({ error: `${error.stack ?? error}` }));
await fetch('report', { method: 'POST', body: JSON.stringify(report) });
