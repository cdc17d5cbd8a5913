// The viewers' texts: those of the catalogue, with what stands for `{0}`, `{1}` and so on.

import { useText } from '../i18n/context.js';
import { filled, type Told, type Word } from './told.js';

/** Gives a text in the reader's language, filled with values. */
export type Words = (word: Word, ...values: readonly (string | number)[]) => string;

/** The viewers' texts in the reader's language. */
export const useWords = (): Words => {
  const { t } = useText();
  return (word, ...values) => filled(t.viewers[word], values);
};

/** What is wrong with a file, in the reader's language; a library's own words are given as they are. */
export const useTold = (): ((problem: Told | string) => string) => {
  const words = useWords();
  return (problem) => (typeof problem === 'string' ? problem : words(problem.word, ...problem.values));
};
