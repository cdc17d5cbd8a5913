// The reader's language, and what is written in it.

import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { en, type Catalogue } from './en/index.js';
import { formatFor, type Format } from './format.js';
import { zh } from './zh/index.js';
import { keep, kept } from '../storage.js';

/** The languages that there are, by their tags, named in themselves. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;
export type Language = keyof typeof LANGUAGES;

const CATALOGUES: Record<Language, Catalogue> = { en, 'zh-CN': zh };
const STORED = 'medshare.language';

const isLanguage = (text: string | null): text is Language => text !== null && Object.hasOwn(LANGUAGES, text);

/** The first of the browser's languages that there is. */
export const preferred = (languages: readonly string[]): Language => {
  const first = languages.find((one) => /^(en|zh)\b/i.test(one));
  return first !== undefined && /^zh/i.test(first) ? 'zh-CN' : 'en';
};

interface Texts {
  readonly t: Catalogue;
  readonly format: Format;
  readonly language: Language;
  setLanguage(language: Language): void;
}

const TextContext = createContext<Texts | undefined>(undefined);

export const TextProvider = ({ children }: { children: ReactNode }): ReactNode => {
  const [language, setLanguage] = useState<Language>(() => {
    const stored = kept(STORED);
    return isLanguage(stored) ? stored : preferred(navigator.languages);
  });
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const value = useMemo<Texts>(
    () => ({
      t: CATALOGUES[language],
      // English as the world writes dates: 26 Nov 2026, 24 hours.
      format: formatFor(language === 'en' ? 'en-GB' : language),
      language,
      setLanguage: (chosen) => {
        keep(STORED, chosen);
        setLanguage(chosen);
      },
    }),
    [language],
  );
  return (
    <TextContext value={value}>
      <I18nProvider locale={language === 'en' ? 'en-GB' : language}>{children}</I18nProvider>
    </TextContext>
  );
};

/** Texts and formats: `const { t, format } = useText()`. */
export const useText = (): Texts => {
  const value = useContext(TextContext);
  if (!value) throw new Error('outside of TextProvider');
  return value;
};
