import { describe, expect, it } from 'vitest';
import { shownAs, toJson } from './fields.js';

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';

describe('a field of an event', () => {
  it.each([
    ['owner', ALICE, { as: 'account', address: ALICE }],
    ['record', 3, { as: 'record', record: 3 }],
    ['order', 0, { as: 'order', order: 0 }],
    ['price', 1500, { as: 'amount', amount: '1500' }],
    ['paid', '340282366920938463463374607431768211455', { as: 'amount', amount: '340282366920938463463374607431768211455' }],
    ['due', 1_700_000_000_000, { as: 'time', ms: 1_700_000_000_000 }],
    ['points', -2500, { as: 'points', thousandths: -2500 }],
    ['version', 1, { as: 'number', number: 1 }],
    ['lapsed', false, { as: 'flag', flag: false }],
    ['ciphertext', `0x${'ab'.repeat(32)}`, { as: 'hash', hash: `0x${'ab'.repeat(32)}` }],
    ['findings', ['NotDeidentified', 'Other'], { as: 'words', words: ['NotDeidentified', 'Other'] }],
    ['findings', [], { as: 'nothing' }],
    ['sponsor', null, { as: 'nothing' }],
    ['subject', { Claim: { order: 2 } }, { as: 'subject', subject: { Claim: { order: 2 } } }],
    ['purpose', { 'r#use': 'BiomedicalResearch', commercial: false }, { as: 'purpose', purpose: { use: 'BiomedicalResearch', commercial: false } }],
    ['purpose', { r_use: 'Other', commercial: false }, { as: 'purpose', purpose: { use: 'Other', commercial: false } }],
    ['purpose', { use: 'Other', commercial: false }, { as: 'purpose', purpose: { use: 'Other', commercial: false } }],
    ['basis', { Order: 4 }, { as: 'order', order: 4 }],
    ['basis', { Request: 4 }, { as: 'json', json: '{"Request":4}' }],
    ['policy', { permission: 'GeneralResearch', modifiers: [] }, { as: 'policy', policy: { permission: 'GeneralResearch', modifiers: [] } }],
  ])('%s of %j is shown as what it is', (name, value, shown) => {
    expect(shownAs(name, value)).toEqual(shown);
  });
});

describe("a value of the chain client's", () => {
  it('becomes what the index would say', () => {
    const account = { address: () => ALICE };
    expect(
      toJson({ record: 3n, drawAt: 12, holder: account, subject: { type: 'Record', value: { record: 3n, version: 1 } }, sponsor: undefined }),
    ).toEqual({ record: 3, draw_at: 12, holder: ALICE, subject: { Record: { record: 3, version: 1 } }, sponsor: null });
    expect(toJson({ isOk: true, isErr: false, value: [] })).toBe('Ok');
    expect(toJson({ isOk: false, isErr: true, err: { type: 'BadOrigin' } })).toEqual({ Err: 'BadOrigin' });
    expect(toJson({ type: 'Direct' })).toBe('Direct');
    expect(toJson([[account, 5n]])).toEqual([[ALICE, 5]]);
  });

  it('keeps numbers that JSON readers would round as text', () => {
    expect(toJson(2n ** 53n)).toBe('9007199254740992');
    expect(toJson(2n ** 53n - 1n)).toBe(9007199254740991);
  });
});
