import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';
import { TextProvider } from '../../i18n/context.js';
import { en } from '../../i18n/en/index.js';
import { zh } from '../../i18n/zh/index.js';

vi.mock('../../accounts/context.js', () => ({ useAccounts: () => ({ takeKeys: () => undefined }) }));

const { MakeKeys } = await import('./MakeKeys.js');

afterEach(() => vi.unstubAllGlobals());

const shown = (language: string, replaces: boolean): string => {
  vi.stubGlobal('navigator', { languages: [language] });
  return renderToStaticMarkup(
    <TextProvider>
      <MakeKeys label="Make" replaces={replaces} make={() => Promise.reject(new Error('not asked'))} />
    </TextProvider>,
  );
};

test.each([['en', en], ['zh', zh]] as const)('whoever replaces the open file is asked for its passphrase: %s', (language, { keys }) => {
  const html = shown(language, true);
  for (const label of [keys.current, keys.passphrase, keys.again]) expect(html).toContain(label);
  expect(html.match(/type="password"/g)).toHaveLength(3);
  expect(html).toContain('current-password');
});

test('a file that replaces none needs no other passphrase', () => {
  expect(shown('en', false)).not.toContain(en.keys.current);
});
