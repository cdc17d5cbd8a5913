// A catalogue's shape: every text of English, in another language. A missing or surplus one is a type error.

/** Texts, functions that make texts, and groups of them. */
export type Words<T> = T extends string
  ? string
  : T extends (...args: infer A) => string
    ? (...args: A) => string
    : { readonly [K in keyof T]: Words<T[K]> };
