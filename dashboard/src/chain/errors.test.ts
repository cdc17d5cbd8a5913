import { MedshareError } from 'medshare-js';
import { describe, expect, it } from 'vitest';
import { KeyError } from '../keys/keyring.js';
import { NotConnected, problemOf } from './errors.js';

const rpc = (code: number, data?: unknown) => Object.assign(new Error(`${code}: …`), { code, data });

describe('an error of the node', () => {
  it.each([
    [-32601, 'no-index'],
    [9005, 'no-index'],
    [9001, 'unknown'],
    [9003, 'no-state'],
    [9004, 'no-state'],
    [9006, 'index-behind'],
    [9007, 'stale-page'],
    [9008, 'busy'],
  ])('%i is told apart', (code, kind) => {
    expect(problemOf(rpc(code)).kind).toBe(kind);
  });

  it('keeps what the node says about it', () => {
    expect(problemOf(rpc(9006, 'stopped at block 7'))).toEqual({ kind: 'index-behind', detail: 'stopped at block 7' });
    expect(problemOf(rpc(9006, { at: 7 }))).toEqual({ kind: 'index-behind', detail: '{"at":7}' });
  });

  it('that nobody knows is shown as it is', () => {
    expect(problemOf(rpc(-32000))).toEqual({ kind: 'told', message: '-32000: …' });
    expect(problemOf('plain text')).toEqual({ kind: 'told', message: 'plain text' });
  });
});

describe('an error of this app', () => {
  it('comes with its hint', () => {
    const error = new MedshareError('Unreachable', 'no vault', { hint: 'start it' });
    expect(problemOf(error)).toEqual({ kind: 'told', message: 'no vault', named: { code: 'Unreachable', from: 'MedshareError' }, hint: 'start it' });
    expect(problemOf(new KeyError({ code: 'WrongPassphrase', message: 'wrong' }))).toEqual({ kind: 'told', message: 'wrong', named: { code: 'WrongPassphrase', from: 'KeyError' } });
  });

  it('is a missing connection where there is none', () => {
    expect(problemOf(new NotConnected()).kind).toBe('disconnected');
  });
});
