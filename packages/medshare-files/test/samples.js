// Files of every form that the readers know, good and broken: the fixtures, and small ones that are made here.

import { readFileSync, readdirSync } from 'node:fs';
import { crc32, deflateRawSync, deflateSync } from 'node:zlib';

const fixtures = new URL('../../../tests/fixtures/', import.meta.url);
const text = (content) => Buffer.from(content);
const u16 = (value) => Buffer.from([value & 255, value >> 8]);
const u32 = (value) => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)]);
const u32be = (value) => u32(value).reverse();

const ofFolder = (folder) =>
  readdirSync(new URL(folder, fixtures))
    .filter((name) => !name.startsWith('LICENSE'))
    .map((name) => [`${folder.slice(0, -1)}-${name}`, readFileSync(new URL(`${folder}${name}`, fixtures))]);

// A zip of these files, each deflated.
export const zip = (files) => {
  const local = [];
  const central = [];
  let offset = 0;
  for (const [name, content] of Object.entries(files)) {
    const packed = deflateRawSync(content);
    const common = [u16(0), u16(8), u16(0), u16(0x21), u32(crc32(content)), u32(packed.length), u32(content.length), u16(name.length), u16(0)];
    const entry = Buffer.concat([text('PK\x03\x04'), u16(20), ...common, text(name), packed]);
    central.push(text('PK\x01\x02'), u16(20), u16(20), ...common, u16(0), u16(0), u16(0), u32(0), u32(offset), text(name));
    local.push(entry);
    offset += entry.length;
  }
  const directory = Buffer.concat(central);
  const number = u16(local.length);
  return Buffer.concat([...local, directory, text('PK\x05\x06'), u16(0), u16(0), number, number, u32(directory.length), u32(offset), u16(0)]);
};

const chunk = (type, content) => {
  const body = Buffer.concat([text(type), content]);
  return Buffer.concat([u32be(content.length), body, u32be(crc32(body))]);
};

const png = Buffer.concat([
  Buffer.from('89504e470d0a1a0a', 'hex'),
  chunk('IHDR', Buffer.from('00000001000000010800000000', 'hex')),
  chunk('tEXt', text('Author\0Ada Lovelace')),
  chunk('IDAT', deflateSync(Buffer.from([0, 7]))),
  chunk('IEND', Buffer.alloc(0)),
]);

// A page with this text, by an author.
const pdf = (text) => {
  const page = `BT /F1 12 Tf 20 100 Td (${text}) Tj ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${page.length}>>\nstream\n${page}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
    '<</Author(Ada Lovelace)>>',
  ];
  let out = '%PDF-1.4\n';
  const places = objects.map((object, i) => {
    const place = out.length;
    out += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, '0')} 00000 n \n`;
  });
  const table = out.length;
  return Buffer.from(`${out}xref\n0 7\n0000000000 65535 f \n${places.join('')}trailer\n<</Size 7/Root 1 0 R/Info 6 0 R>>\nstartxref\n${table}\n%%EOF\n`);
};

const PATIENT =
  '{"resourceType":"Patient","id":"a","birthDate":"1970-01-02","name":[{"family":"Lovelace","given":["Ada"]}],"multipleBirthInteger":2}';
const OBSERVATION =
  '{"resourceType":"Observation","id":"b","status":"final","subject":{"reference":"Patient/a"},"effectiveDateTime":"2019-05-04",' +
  '"valueQuantity":{"value":1.50},"note":[{"text":"Ms Lovelace called from +1 555 010 9999"}],' +
  '"code":{"coding":[{"system":"http://loinc.org","code":"718-7"}]}}';
const HL7 =
  'MSH|^~\\&|LAB|HOSPITAL|EHR|HOSPITAL|20190504||ORU^R01|42|P|2.5\r' +
  'PID|1||4711^^^HOSPITAL^MR||Lovelace^Ada||19700102|F|||1 Main St^^Springfield^IL^62701\r' +
  'OBX|1|NM|718-7^Hemoglobin^LN||13.5|g/dL|||||F|||20190504\r';
const TABLE = 'name,birth date,email,hb\nAda Lovelace,1970-01-02,ada@hospital.example,13.5\nGrace Hopper,1906-12-09,grace@navy.example,14.1\n';

// Those without an error in them.
export const good = Object.fromEntries([
  ...ofFolder('fhir/'),
  ...ofFolder('dicom/'),
  ['patient.json', text(PATIENT)],
  ['export.ndjson', text(`${PATIENT}\n${OBSERVATION}\r\n\n${OBSERVATION.replace('"b"', '"c"')}\n`)],
  ['message.hl7', text(HL7)],
  ['table.csv', text(TABLE)],
  ['letter.txt', text('Dear colleague,\nplease write to ada@hospital.example about MRN 4711.\n')],
  ['settings.json', text('{"contact": "ada@hospital.example", "n": 1.0}\n')],
  ['page.xml', text('<?xml version="1.0"?>\n<a>ada@hospital.example</a>\n')],
  ['dot.png', png],
  ['report.pdf', pdf('Seen and treated')],
  ['mixed.zip', zip({ 'Ada Lovelace.csv': text(TABLE), 'm/message.hl7': text(HL7), 'm/patient.json': text(PATIENT) })],
  ['study.zip', zip(Object.fromEntries(ofFolder('dicom/').slice(0, 3)))],
  // Its name says something else than its content.
  ['scan.dcm', text(TABLE)],
]);

// Those that the readers refuse.
export const broken = Object.fromEntries([
  ...ofFolder('bad/'),
  ['empty.json', Buffer.alloc(0)],
  ['cut.json', text(PATIENT.slice(0, 90))],
  ['strange.json', text('{"resourceType":"Patient","birthDate":17}')],
  ['unknown.json', text('{"resourceType":"Patientt"}')],
  ['lines.ndjson', text(`${PATIENT}\n{"resourceType":"Observation"`)],
  ['cut.png', png.subarray(0, 50)],
  ['cut.pdf', text('%PDF-1.4\n1 0 obj\n<<')],
  ['cut.zip', good['mixed.zip'].subarray(0, -30)],
  ['leads-out.zip', zip({ '../a.txt': text('a') })],
  ['twice.zip', zip({ 'a.txt': text('a'), 'A.txt': text('b') })],
  ['damaged.zip', Buffer.from(good['mixed.zip']).fill(255, 60, 90)],
  ['bomb.zip', zip({ 'a.bin': Buffer.alloc(1 << 20), 'b.json': text('{"resourceType":"Patient"') })],
  ['cut.dcm', good['dicom-CT_small.dcm'].subarray(0, 300)],
  ['short.dcm', good['dicom-CT_small.dcm'].subarray(0, 140)],
  ['deep.json', text(`{"resourceType":"Patient","extension":${'['.repeat(5000)}`)],
]);

// Those that can be read, but of which no copy can be made.
export const kept = {
  'program.bin': Buffer.from('7f454c460201010000000000000000000200', 'hex'),
  'letter.pdf': pdf('Seen by ada@hospital.example'),
  'zipped.zip': zip({ 'inner.zip': good['mixed.zip'] }),
};
