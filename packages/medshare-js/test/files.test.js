// Descriptors must be those to which the Rust readers come, whom auditors use: `tests/fixtures/descriptors.json` has those of
// the fixtures, and the command, where it is built, those of everything that is described here.

import assert from 'node:assert/strict';
import { openAsBlob, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { describe } from 'medshare-js';
import { command, folder } from './command.js';
import { dicom, element, fragments, header, image, item, SYNTAX, SECONDARY_CAPTURE } from './dicom.js';

const fixture = (name) => fileURLToPath(new URL(`../../../tests/fixtures/${name}`, import.meta.url));
const expected = JSON.parse(readFileSync(fixture('descriptors.json'), 'utf8'));

const PATIENT = '{"resourceType":"Patient","id":"a","birthDate":"1970-01-02"}';
const OBSERVATION =
  '{"resourceType":"Observation","status":"final","effectiveDateTime":"2019-05-04",' +
  '"code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]}}';

for (const [name, descriptor] of Object.entries(expected)) {
  test(`the descriptor of ${name} is that of the Rust readers`, async () => {
    const described = await describe(await openAsBlob(fixture(name)));
    assert.deepEqual(described.descriptor, descriptor);
    if (!command.missing) {
      const { descriptor: ofCommand } = command.run(['describe', fixture(name)]);
      assert.deepEqual(described.descriptor, ofCommand, 'tests/fixtures/descriptors.json is not what the command says');
    }
  });
}

const many = (number, each) => Array.from({ length: number }, (_, i) => each(i)).join(',');

// What the fixtures do not have. Each is also given to the command.
const described = {
  'a single resource': [OBSERVATION, ({ codes, period }) => {
    assert.deepEqual(codes, [{ system: 'Loinc', code: '718-7' }]);
    assert.deepEqual(period, [{ year: 2019, month: 5 }, { year: 2019, month: 5 }]);
  }],
  'a bulk export': [`${PATIENT}\n${OBSERVATION}\r\n\n${OBSERVATION}\n`, ({ media_type, counts, completeness }) => {
    assert.equal(media_type, 'application/fhir+ndjson');
    assert.deepEqual(counts, [{ of: 'Observation', number: 2 }, { of: 'Patient', number: 1 }]);
    assert.equal(completeness, 25);
  }],
  'a type that comes last, and a contained resource': [
    '{"id":"a","contained":[{"id":"b","resourceType":"Organization"}],"resourceType":"Patient"}',
    ({ counts }) => assert.deepEqual(counts.map(({ of }) => of), ['Organization', 'Patient']),
  ],
  'a bundle that says so last': [
    `{"entry":[{"resource":${PATIENT}}],"type":"collection","resourceType":"Bundle"}`,
    ({ counts, completeness }) => {
      assert.deepEqual(counts, [{ of: 'Patient', number: 1 }]);
      assert.equal(completeness, 12);
    },
  ],
  'a byte order mark and lines': [`\ufeff{\n"resourceType":"Patient",\n"id":"a"}\n`, ({ media_type }) =>
    assert.equal(media_type, 'application/fhir+json')],
  'more codes than a descriptor holds': [
    `{"resourceType":"Observation","status":"final","code":{"coding":[${many(50, (i) =>
      `{"system":"http://snomed.info/sct","code":"${100 + (i % 40)}"}`)},{"system":"http://loinc.org","code":"free text"}]}}`,
    ({ codes }) => {
      assert.equal(codes.length, 32);
      assert.ok(codes.every(({ system }) => system === 'Snomed'), 'free text is no code');
    },
  ],
  'dates that are none, or coarse': [
    '{"resourceType":"Bundle","type":"collection","entry":[' +
      many(3, (i) => `{"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},` +
        `"effectiveDateTime":"${['2019', '2020-12-31T23:59:59Z', '1492-10'][i]}"}}`) + ']}',
    ({ period }) => assert.deepEqual(period, [{ year: 2019, month: 1 }, { year: 2020, month: 12 }]),
  ],
  'frames of compressed pixels': [dicom(SYNTAX.jpeg, SECONDARY_CAPTURE, [...image('3'), ...fragments(3)]), ({ counts }) =>
    assert.deepEqual(counts, [{ of: 'frames', number: 3 }])],
  'an unknown transfer syntax': [dicom('1.2.3.999', SECONDARY_CAPTURE, [...image('1'), ...fragments(1)]), ({ counts }) =>
    assert.deepEqual(counts, [{ of: 'frames', number: 1 }])],
  'codes of a report': [
    dicom(SYNTAX.explicit, '1.2.840.10008.5.1.4.1.1.88.11', [
      ...header(0x0040, 0xa043, 'SQ', 0xffff_ffff),
      ...item(0xe000, 0xffff_ffff),
      ...element(0x0008, 0x0100, 'SH', '44054006'),
      ...element(0x0008, 0x0102, 'SH', 'SCT '),
      ...item(0xe00d, 0),
      ...item(0xe0dd, 0),
    ]),
    ({ codes }) => assert.ok(codes.some(({ system, code }) => system === 'Snomed' && code === '44054006')),
  ],
  'structures': [
    dicom(SYNTAX.explicit, '1.2.840.10008.5.1.4.1.1.481.3', [
      ...header(0x3006, 0x0020, 'SQ', 24), ...item(0xe000, 0), ...item(0xe000, 0), ...item(0xe000, 0),
    ]),
    ({ counts }) => assert.deepEqual(counts, [{ of: 'structures', number: 3 }]),
  ],
  'zeros at the end': [
    dicom(SYNTAX.explicit, SECONDARY_CAPTURE, [...image('1'), ...element(0x7fe0, 0x0010, 'OB', 'pixels'), ...Array(64).fill(0)]),
    ({ counts }) => assert.deepEqual(counts, [{ of: 'frames', number: 1 }]),
  ],
  'pixels that are not looked at first, after much else': [
    dicom(SYNTAX.explicit, SECONDARY_CAPTURE, [
      ...image('1'), ...header(0x0042, 0x0011, 'OB', 400_000), ...Array(400_000).fill(1), ...element(0x7fe0, 0x0010, 'OB', 'pixels'),
    ]),
    ({ counts }) => assert.deepEqual(counts, [{ of: 'frames', number: 1 }]),
  ],
  'a deflated data set': [
    Buffer.concat([
      dicom(SYNTAX.deflated, SECONDARY_CAPTURE, []),
      deflateRawSync(Uint8Array.from([...image('1'), ...element(0x7fe0, 0x0010, 'OB', 'pixels')])),
    ]),
    ({ counts }) => assert.deepEqual(counts, [{ of: 'frames', number: 1 }]),
  ],
};
described['a deflated data set with a zero that makes it even'] = [
  Buffer.concat([described['a deflated data set'][0], Buffer.of(0)]),
  described['a deflated data set'][1],
];

for (const [what, [content, check]] of Object.entries(described)) {
  test(`describes ${what}`, async (t) => {
    const { descriptor } = await describe(new Blob([content]));
    check(descriptor);
    if (!command.missing) {
      const path = folder(t).write('file', content);
      assert.deepEqual(descriptor, command.run(['describe', path]).descriptor);
    }
  });
}

const cut = (content, bytes) => content.subarray(0, content.length - bytes);
const jpeg = (frames, number) => dicom(SYNTAX.jpeg, SECONDARY_CAPTURE, [...image(frames), ...fragments(number)]);
const native = dicom(SYNTAX.explicit, SECONDARY_CAPTURE, [...image('1'), ...element(0x7fe0, 0x0010, 'OB', 'pixels')]);
const nested = (depth) => [
  ...Array.from({ length: depth }, () => [...header(0x0040, 0xa730, 'SQ', 0xffff_ffff), ...item(0xe000, 0xffff_ffff)]).flat(),
];

const refused = {
  'nothing': ['', /empty/],
  'a text': ['a text', /neither FHIR in JSON nor DICOM/],
  'JSON of something else': ['{"a":1}', /no resourceType/],
  'an unknown type': ['{"resourceType":"Person of mine","id":"a"}', /"Person of mine" is no resourceType/],
  'an unknown type inside': ['{"resourceType":"Patient","contained":[{"resourceType":"Mine","id":"a"}]}', /"Mine" is no resourceType/],
  'half a resource': [PATIENT.slice(0, -1), /ends before its outermost value/],
  'half a text': [PATIENT.slice(0, 20), /line 1: /],
  'a name twice': ['{"resourceType":"Patient",\n"id":"a","id":"b"}', /line 2: the name "id" occurs twice/],
  'a comma too many': ['{"resourceType":"Patient",}', /unexpected/],
  'a bracket of another kind': ['{"resourceType":"Patient","contained":[}', /unexpected/],
  'two in a line': [PATIENT + PATIENT, /line 1 holds more than one resource/],
  'something after a resource': [`{\n${PATIENT.slice(1)}\n${PATIENT}`, /more comes after/],
  'a resource of several lines in a bulk export': [`${PATIENT}\n{\n${PATIENT.slice(1)}\n`, /NDJSON has one a line/],
  'an empty bundle': ['{"resourceType":"Bundle","type":"collection","entry":[]}', /the bundle has no entry/],
  'an entry that is none': ['{"resourceType":"Bundle","type":"collection","entry":[{},1]}', /entry\[1\]/],
  'bottomless nesting': [`{"resourceType":"Patient","contained":${'['.repeat(100_000)}`, /127 deep/],
  'a data set by itself': [readFileSync(fixture('bad/no_meta.dcm')), /Part 10/],
  'a cut image': [readFileSync(fixture('bad/MR_truncated.dcm')), /\(7FE0,0010\) claims 8192 bytes/],
  'an image with a damaged element': [readFileSync(fixture('bad/badVR.dcm')), /NumberOfFrames/],
  'fewer fragments than frames': [jpeg('3', 2), /2 fragments where its header says 3 frames/],
  'no fragment': [jpeg('1', 0), /no fragment/],
  'frames that are no number': [jpeg('many', 1), /no number of frames/],
  'fragments that never end': [cut(jpeg('3', 3), 8), /never ends|truncated/],
  'a cut fragment': [cut(jpeg('3', 3), 10), /left/],
  'fewer pixels than the header says': [
    dicom(SYNTAX.explicit, SECONDARY_CAPTURE, [...image('2'), ...element(0x7fe0, 0x0010, 'OB', 'pixels')]),
    /6 bytes where its header says 12/,
  ],
  'cut pixels': [cut(native, 2), /claims 6 bytes where 4 are left/],
  'a sequence that never ends': [dicom(SYNTAX.explicit, SECONDARY_CAPTURE, nested(3)), /never ends/],
  'sequences without end': [dicom(SYNTAX.explicit, SECONDARY_CAPTURE, nested(100_000)), /truncated|damaged|deep/],
  'a value representation that there is not': [
    dicom(SYNTAX.explicit, SECONDARY_CAPTURE, [...element(0x0008, 0x0060, '1!', 'OT')]),
    /value representation "1!"/,
  ],
  'a value representation that begins with a zero': [
    dicom(SYNTAX.explicit, SECONDARY_CAPTURE, [...element(0x0008, 0x0060, '\0S', 'OT')]),
    /value representation ""/,
  ],
  'a class that is no UID': [dicom(SYNTAX.explicit, '1.2.x', image('1')), /\(0002,0002\) of its meta group is no UID/],
  'what cannot be inflated': [
    Buffer.concat([dicom(SYNTAX.deflated, SECONDARY_CAPTURE, []), Buffer.from('no deflated data')]),
    /cannot be inflated/,
  ],
};

// Forms that the command describes.
const ELSEWHERE = new Set(['a text', 'JSON of something else']);

for (const [what, [content, message]] of Object.entries(refused)) {
  test(`refuses ${what}`, async (t) => {
    await assert.rejects(describe(new Blob([content])), { name: 'MedshareError', code: 'Unreadable', message });
    if (!command.missing && !ELSEWHERE.has(what)) {
      assert.match(command.fail(['describe', folder(t).write('file', content)]), /error/);
    }
  });
}
