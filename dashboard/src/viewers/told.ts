// Texts of the viewers with values in them: what a worker has to say goes to the page as the text's key, and becomes words there.

import type { Catalogue } from '../i18n/en/index.js';

/** The keys of the viewers' texts. */
export type Word = keyof Catalogue['viewers'];

/** Something to say: a text by its key, and what stands in it. */
export interface Told {
  readonly word: Word;
  readonly values: readonly (string | number)[];
}

/** A text with values for `{0}`, `{1}` and so on. */
export const filled = (text: string, values: readonly (string | number)[]): string =>
  text.replace(/\{(\d)\}/g, (_, place: string) => String(values[Number(place)] ?? ''));
