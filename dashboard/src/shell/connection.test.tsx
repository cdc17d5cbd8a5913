import { renderToStaticMarkup } from 'react-dom/server';
import { MemoryRouter } from 'react-router';
import { afterEach, expect, test, vi } from 'vitest';
import type { ConnectionState, Heads } from '../chain/connection.js';
import { TextProvider } from '../i18n/context.js';

const now = vi.hoisted(() => ({ state: {} as unknown, heads: {} as unknown }));
vi.mock('../chain/context.js', () => ({ useConnectionState: () => now.state, useHeads: () => now.heads, useChainContext: () => ({}) }));

const { ConnectionStatus } = await import('./connection.js');

afterEach(() => vi.unstubAllGlobals());

/** What is announced, and the rest. */
const shown = (state: Partial<ConnectionState>, heads: Heads): [string | undefined, string] => {
  Object.assign(now, { state, heads });
  vi.stubGlobal('navigator', { languages: ['en'] });
  const html = renderToStaticMarkup(
    <TextProvider>
      <MemoryRouter>
        <ConnectionStatus />
      </MemoryRouter>
    </TextProvider>,
  );
  expect(html).not.toContain('aria-live');
  const live = /<span[^>]*role="status"[^>]*>([^<]*)<\/span>/.exec(html);
  return [live?.[1], html.replace(live?.[0] ?? '', '')];
};

test('whether there is a connection is announced, and not each block', () => {
  const ready = { phase: 'ready', chain: { development: true } } as ConnectionState;
  const block = (number: number): Heads => ({ best: { number, hash: '0x1' }, final: { number: number - 1, hash: '0x0' } });
  const [first, rest] = shown(ready, block(70));
  expect(first).toBe('Connected');
  expect(rest).toContain('#70');
  expect(shown(ready, block(71))[0]).toBe(first);
  expect(shown({ phase: 'lost' }, {})[0]).toBe('Connection lost');
});
