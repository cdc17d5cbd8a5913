import { readFileSync, readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadSettings, saveSettings } from './config.js';
import { applyTheme, storedTheme } from './shell/theme.js';
import { keep, kept } from './storage.js';

beforeEach(() => vi.stubGlobal('document', { documentElement: { dataset: {} } }));
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(globalThis, 'localStorage');
});

/** Where storage is blocked, the property itself throws. */
const block = (): void => {
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    },
  });
};

describe('a browser', () => {
  it('keeps what it is given until it is to forget it', () => {
    const texts = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => texts.get(name) ?? null,
      setItem: (name: string, text: string) => texts.set(name, text),
      removeItem: (name: string) => texts.delete(name),
    });
    expect(kept('a')).toBeNull();
    expect(keep('a', '1')).toBe(true);
    expect(kept('a')).toBe('1');
    expect(keep('a', null)).toBe(true);
    expect(kept('a')).toBeNull();
  });

  it('that blocks storage keeps nothing, and nothing fails', () => {
    block();
    expect([kept('a'), keep('a', '1'), keep('a', null)]).toEqual([null, false, false]);
    expect(storedTheme()).toBe('system');
    applyTheme('dark');
    expect(document.documentElement.dataset.theme).toBe('dark');
    applyTheme('system');
    expect(loadSettings()).toEqual({});
    expect(saveSettings({ node: 'ws://a' })).toBe(false);
  });

  it('that is full says that it does not keep it', () => {
    const full = (): never => {
      throw new DOMException('full', 'QuotaExceededError');
    };
    vi.stubGlobal('localStorage', { setItem: full });
    expect(keep('a', '1')).toBe(false);
  });
});

it('is asked nowhere else', () => {
  const folder = new URL('./', import.meta.url);
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'));
  const asking = sources.filter((name) => /\b(?:local|session)Storage\b/.test(readFileSync(new URL(name, folder), 'utf8')));
  expect(asking).toEqual(['storage.ts']);
});
