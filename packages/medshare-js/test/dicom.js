// DICOM files, made byte by byte.

export const SYNTAX = {
  explicit: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  jpeg: '1.2.840.10008.1.2.4.50',
};
export const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

const LONG = new Set(['OB', 'OW', 'SQ', 'UN']);

const u16 = (number) => [number & 0xff, number >> 8];
const u32 = (number) => [...u16(number & 0xffff), ...u16(number >>> 16)];

export const header = (group, number, vr, length) => [
  ...u16(group),
  ...u16(number),
  ...Buffer.from(vr),
  ...(LONG.has(vr) ? [0, 0, ...u32(length)] : u16(length)),
];

export const element = (group, number, vr, value) => {
  const bytes = typeof value === 'number' ? u16(value) : [...Buffer.from(value)];
  if (bytes.length % 2 === 1) bytes.push(vr === 'UI' ? 0 : 0x20);
  return [...header(group, number, vr, bytes.length), ...bytes];
};

export const item = (number, length) => [...u16(0xfffe), ...u16(number), ...u32(length)];

// The elements of an image of 2 by 3 pixels of 8 bits, without its pixels.
export const image = (frames) => [
  ...element(0x0008, 0x0060, 'CS', 'OT'),
  ...element(0x0028, 0x0002, 'US', 1),
  ...element(0x0028, 0x0008, 'IS', frames),
  ...element(0x0028, 0x0010, 'US', 2),
  ...element(0x0028, 0x0011, 'US', 3),
  ...element(0x0028, 0x0100, 'US', 8),
];

export const fragments = (number) => [
  ...header(0x7fe0, 0x0010, 'OB', 0xffff_ffff),
  ...item(0xe000, 0),
  ...Array.from({ length: number }, () => [...item(0xe000, 4), 0xff, 0xd8, 0xff, 0xd9]).flat(),
  ...item(0xe0dd, 0),
];

// A file of Part 10.
export const dicom = (syntax, sopClass, elements) => {
  const meta = [
    ...element(0x0002, 0x0002, 'UI', sopClass),
    ...element(0x0002, 0x0003, 'UI', '1.2.3.4'),
    ...element(0x0002, 0x0010, 'UI', syntax),
    ...element(0x0002, 0x0012, 'UI', '1.2.3.5'),
  ];
  const length = [...header(0x0002, 0x0000, 'UL', 4), ...u32(meta.length)];
  const version = [...header(0x0002, 0x0001, 'OB', 2), 0, 1];
  length.splice(8, 4, ...u32(meta.length + version.length));
  return Buffer.from([...Array(128).fill(0), ...Buffer.from('DICM'), ...length, ...version, ...meta, ...elements]);
};
