import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError, isNodeAddress, isVaultAddress, loadConfig, parseConfig } from './config.js';
import { en } from './i18n/en/index.js';
import { zh } from './i18n/zh/index.js';

const BASE = 'https://app.hospital.example/web/';
const GENESIS = `0x${'ab'.repeat(32)}`;

const errorOf = (act: () => unknown): ConfigError => {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error;
  }
  throw new Error('it did not fail as it should');
};

afterEach(() => vi.unstubAllGlobals());

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
    const error = errorOf(() => parseConfig(json, BASE));
    expect(error.in(en.shell)).toBe(error.message);
    expect(error.in(zh.shell)).toMatch(/^config\.json：.*\p{Script=Han}/u);
    expect(error.in(zh.shell)).not.toMatch(/\b(?:is|no|not|which)\b/);
  });

  it('tells addresses of nodes and vaults apart', () => {
    expect(isNodeAddress('wss://rpc.example')).toBe(true);
    expect(isNodeAddress('rpc.example')).toBe(false);
    expect(isVaultAddress('http://127.0.0.1:8080')).toBe(true);
    expect(isVaultAddress('ws://127.0.0.1')).toBe(false);
  });
});

describe('the server of the app', () => {
  const answers = (answer: () => Promise<Response>): void => void vi.stubGlobal('fetch', answer);

  it('has the configuration beside the app', async () => {
    const asked = vi.fn(() => Promise.resolve(Response.json({ node: 'ws://a' })));
    answers(asked);
    expect(await loadConfig(BASE)).toEqual({ node: 'ws://a', vaults: [] });
    expect(asked).toHaveBeenCalledWith(new URL('https://app.hospital.example/web/config.json'), { cache: 'no-cache' });
  });

  it.each([
    [() => Promise.reject(new TypeError('Failed to fetch')), '无法载入'],
    [() => Promise.resolve(new Response('', { status: 404 })), '服务器的回答是 404'],
    [() => Promise.resolve(new Response('<html>')), '不是 JSON'],
  ])('may not give it, and that is said in any language', async (answer, words) => {
    answers(answer);
    const error: unknown = await loadConfig(BASE).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).in(zh.shell)).toBe(`config.json：${words}`);
  });
});
