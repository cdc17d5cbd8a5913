// The readers in WebAssembly say and write what the command does, of every form, whole and broken. Without the built command they
// are compared with the fixtures' descriptors and with themselves only.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { check, deidentify, describe, FilesError, load, pack, subject } from 'medshare-files/engine';
import { command } from '../../medshare-js/test/command.js';
import { initSync } from '../wasm/medshare_files_wasm.js';
import { collecting, readerOf } from './held.js';
import { broken, good, kept } from './samples.js';

load(readFileSync(new URL('../wasm/medshare_files_wasm_bg.wasm', import.meta.url)));

const SECRET = '17'.repeat(32);
const dir = mkdtempSync(join(tmpdir(), 'medshare-files-'));
after(() => rmSync(dir, { recursive: true }));
for (const [name, content] of Object.entries({ ...good, ...broken, ...kept })) writeFileSync(join(dir, name), content);
writeFileSync(join(dir, 'secret'), `${SECRET}\n`);

const input = (name, content) => ({ name, reader: readerOf(content) });
const told = (...args) => command.told(dir, [...args, '--institution-secret', 'secret']);
const thrown = (call) => {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof FilesError, `${error}`);
    return error;
  }
  return assert.fail('it should have failed');
};

const RULES = {
  'the usual rules': [{}, []],
  'years and texts': [{ dates: 'year', keepText: true }, ['--dates', 'year', '--keep-text']],
  'a named patient with characteristics': [
    { keepCharacteristics: true, patient: '4711' },
    ['--keep-characteristics', '--patient', '4711'],
  ],
};

const copyOf = (name, content, rules) => {
  const sink = collecting();
  const made = deidentify(input(name, content), { secret: SECRET, ...rules }, sink);
  return { ...made, content: sink.content() };
};

test('the descriptors of the fixtures are those that all readers come to', () => {
  const expected = JSON.parse(readFileSync(new URL('../../../tests/fixtures/descriptors.json', import.meta.url)));
  for (const [name, descriptor] of Object.entries(expected)) {
    const flat = name.replace('/', '-');
    assert.deepEqual(describe(input(flat, good[flat])).descriptor, descriptor, name);
  }
});

for (const [name, content] of Object.entries({ ...good, ...kept })) {
  test(`${name}: description and findings are those of the command`, { skip: command.missing }, () => {
    assert.deepEqual(describe(input(name, content)), told('describe', name));
    assert.deepEqual(check(input(name, content)), told('check', name));
    assert.deepEqual(check(input(name, content), true), told('check', name, '--values'));
  });
}

let copies = 0;
for (const [name, content] of Object.entries(good)) {
  for (const [rules, [options, flags]] of Object.entries(RULES)) {
    test(`${name}: by ${rules}, the copy is that of the command to the byte`, { skip: command.missing }, () => {
      const [out, report] = [`copy-${(copies += 1)}`, `report-${copies}`];
      const { removed, left, error } = told('deidentify', name, '-o', out, '--report', report, ...flags);
      assert.equal(error, undefined);
      const copy = copyOf(name, content, options);
      assert.ok(copy.content.equals(readFileSync(join(dir, out))), 'the copies differ');
      assert.deepEqual(copy.report, JSON.parse(readFileSync(join(dir, report), 'utf8')));
      assert.deepEqual(copy.removed, removed);
      assert.deepEqual(check(input(out, copy.content)).identifying, left);
    });
  }
}

for (const [name, content] of Object.entries(broken)) {
  test(`${name}: what is wrong is told as the command tells it`, () => {
    for (const [call, as] of [[describe, 'describe'], [check, 'check']]) {
      const error = thrown(() => call(input(name, content)));
      assert.notEqual(error.code, 'Fault');
      assert.ok(error.message.includes(name), error.message);
      assert.ok(error.hint, 'it says what to do');
      if (!command.missing) assert.equal(error.message, told(as, name).error.message);
    }
    const error = thrown(() => copyOf(name, content, {}));
    if (!command.missing) assert.equal(error.message, told('deidentify', name, '-o', 'none').error.message);
  });
}

for (const [name, content] of Object.entries(kept)) {
  test(`${name}: no copy is made of what no program can clear`, () => {
    const error = thrown(() => copyOf(name, content, {}));
    assert.equal(error.code, 'NotDeidentifiable');
    if (!command.missing) assert.equal(error.message, told('deidentify', name, '-o', 'none').error.message);
  });
}

test('a folder becomes the zip that the command makes of it', { skip: command.missing }, () => {
  const names = ['dicom-rtdose.dcm', 'dicom-CT_small.dcm', 'dicom-MR_small.dcm'];
  mkdirSync(join(dir, 'study', 'b'), { recursive: true });
  const files = names.map((name, i) => ({ ...input(i ? `b/${name}` : name, good[name]) }));
  for (const [i, { name }] of files.entries()) writeFileSync(join(dir, 'study', name), good[names[i]]);
  writeFileSync(join(dir, 'study', 'Thumbs.db'), 'x');
  const sink = collecting();
  assert.deepEqual(pack('study', [...files, input('Thumbs.db', Buffer.from('x'))], sink), ['Thumbs.db']);
  const zipped = input('study.zip', sink.content());
  const { remarks: [leftOut, ...remarks], ...described } = told('describe', 'study');
  assert.match(leftOut, /Thumbs\.db/);
  assert.deepEqual(describe(zipped), { ...described, remarks });
  assert.deepEqual(check(zipped), told('check', 'study'));
  told('deidentify', 'study', '-o', 'study-copy');
  assert.ok(copyOf('study.zip', sink.content(), {}).content.equals(readFileSync(join(dir, 'study-copy'))));
});

test('a folder of which no zip should be made is refused', () => {
  const one = () => input('a.dcm', good['dicom-rtdose.dcm']);
  const sink = { write() {} };
  assert.equal(thrown(() => pack('study', [], sink)).code, 'Empty');
  for (const files of [[one(), one()], [input('../a', Buffer.from('a'))]]) {
    const error = thrown(() => pack('study', files, sink));
    assert.equal(error.code, 'Folder');
    assert.match(error.message, /^study cannot be shared as a folder: /);
  }
});

test('a file can be read as another kind, and a broken one as a document', () => {
  const name = 'bad-badVR.dcm';
  const { descriptor, remarks } = describe({ ...input(name, broken[name]), kind: 'document' });
  assert.equal(descriptor.kind, 'Document');
  assert.equal(remarks.length, 1);
  if (!command.missing) assert.deepEqual({ descriptor, identifying: ['unread rest of a broken file'], remarks }, told('describe', name, '--kind', 'document'));
  assert.equal(thrown(() => describe({ ...input('table.csv', good['table.csv']), kind: 'fhir' })).code, 'Broken');
  assert.equal(thrown(() => describe({ ...input('table.csv', good['table.csv']), kind: 'FHIR' })).code, 'Usage');
});

test('the same patient has the same pseudonym in the file and in its copy, and another under another secret', () => {
  const name = 'fhir-atencio.json';
  const ours = subject(input(name, good[name]), SECRET);
  assert.match(ours, /^[0-9a-f]{64}$/);
  assert.equal(subject(input(name, copyOf(name, good[name], {}).content), SECRET), ours);
  assert.notEqual(subject(input(name, good[name]), '18'.repeat(32)), ours);
  assert.equal(subject(input('letter.txt', good['letter.txt']), SECRET), undefined);
});

test('a copy of a copy is the copy, and its check finds nothing structured', () => {
  for (const [name, content] of Object.entries(good)) {
    const copy = copyOf(name, content, {});
    assert.ok(copyOf(name, copy.content, {}).content.equals(copy.content), name);
    assert.equal(check(input(name, copy.content)).clean, true, name);
  }
});

test('a secret that is none, and rules that are none, are refused', () => {
  const name = 'patient.json';
  for (const secret of ['', 'abc', `${SECRET}0`, 'zz'.repeat(32)]) {
    assert.equal(thrown(() => copyOf(name, good[name], { secret })).code, 'NoSecret', secret);
  }
  assert.equal(thrown(() => copyOf(name, good[name], { dates: 'month' })).code, 'Usage');
});

test('a file that cannot be read any more, and a sink that is full, are told', () => {
  const reader = {
    size: 1000,
    read() {
      throw new Error('the file has moved');
    },
  };
  const gone = thrown(() => check({ name: 'gone.json', reader }));
  assert.equal(gone.code, 'Read');
  assert.match(gone.message, /gone\.json.*the file has moved/);
  const sink = {
    write() {
      throw new Error('no room is left');
    },
  };
  const full = thrown(() => deidentify(input('table.csv', good['table.csv']), { secret: SECRET }, sink));
  assert.equal(full.code, 'Write');
  assert.match(full.message, /no room is left/);
});

test('memory does not grow with the file', () => {
  // A table that is made while it is read: the same rows over and over.
  const block = Buffer.from('4711,ada@hospital.example,13.5,0\n'.repeat(1 << 11));
  const large = (blocks) => ({
    size: blocks * block.length,
    read(offset, into) {
      assert.ok(into.length <= 1 << 18, `${into.length} bytes were read at once`);
      for (let done = 0; done < into.length; ) {
        const from = (offset + done) % block.length;
        done += block.copy(into, done, from);
      }
    },
  });
  const rows = ({ counts }) => counts.find(({ identifier }) => identifier === 'email').count;
  const { memory } = initSync();
  const once = rows(check({ name: 'large.csv', reader: large(16) }));
  const before = memory.buffer.byteLength;
  const { report } = deidentify({ name: 'large.csv', reader: large(512) }, { secret: SECRET }, { write() {} });
  assert.equal(report.changes.length > 0, true);
  assert.equal(rows(check({ name: 'large.csv', reader: large(512) })), once);
  const grown = memory.buffer.byteLength - before;
  assert.ok(grown < 4 << 20, `${grown} bytes more for ${512 * block.length}`);
});
