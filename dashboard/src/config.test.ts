import { describe, expect, it } from 'vitest';
import { isNodeAddress, isVaultAddress, parseConfig } from './config.js';

const BASE = 'https://app.hospital.example/web/';
const GENESIS = `0x${'ab'.repeat(32)}`;

describe('config.json', () => {
  it('names the node, the chain and the vaults', () => {
    const config = parseConfig({ node: 'wss://rpc.hospital.example', genesis: GENESIS, vaults: ['https://vault.example/', '/'] }, BASE);
    expect(config).toEqual({
      node: 'wss://rpc.hospital.example',
      genesis: GENESIS,
      vaults: ['https://vault.example', 'https://app.hospital.example'],
    });
  });

  it('needs only the node', () => {
    expect(parseConfig({ node: 'ws://127.0.0.1:9944' }, BASE)).toEqual({ node: 'ws://127.0.0.1:9944', vaults: [] });
  });

  it.each([
    [null, /not a JSON object/],
    [{}, /`node` is not the address/],
    [{ node: 'https://rpc.example' }, /`node` is not the address/],
    [{ node: 'ws://a', genesis: '0x12' }, /`genesis` is not a hash/],
    [{ node: 'ws://a', genesis: GENESIS.toUpperCase() }, /`genesis` is not a hash/],
    [{ node: 'ws://a', vaults: 'https://v' }, /`vaults` is not a list/],
    [{ node: 'ws://a', vaults: ['javascript:alert(1)'] }, /"javascript:alert\(1\)", which is no address/],
    [{ node: 'ws://a', vaults: [7] }, /7, which is no address/],
  ])('says what is wrong in %j', (json, message) => {
    expect(() => parseConfig(json, BASE)).toThrow(message);
  });

  it('tells addresses of nodes and vaults apart', () => {
    expect(isNodeAddress('wss://rpc.example')).toBe(true);
    expect(isNodeAddress('rpc.example')).toBe(false);
    expect(isVaultAddress('http://127.0.0.1:8080')).toBe(true);
    expect(isVaultAddress('ws://127.0.0.1')).toBe(false);
  });
});
