// The viewers' texts: those of the catalogue, with what stands for `{0}`, `{1}` and so on.

import { useText } from '../i18n/context.js';
import type { Catalogue } from '../i18n/en/index.js';

/** The keys of the viewers' texts. */
export type Word = keyof Catalogue['viewers'];

/** Gives a text in the reader's language, filled with values. */
export type Words = (word: Word, ...values: readonly (string | number)[]) => string;

/** The viewers' texts in the reader's language. */
export const useWords = (): Words => {
  const { t } = useText();
  return (word, ...values) => t.viewers[word].replace(/\{(\d)\}/g, (_, place: string) => String(values[Number(place)] ?? ''));
};
