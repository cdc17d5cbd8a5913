// Parts that all viewers share.

import { useEffect, useId, useState, type ReactNode } from 'react';
import { useWords } from './words.js';

/** Goes through the pages of something long. Nothing is shown if there is only one. */
export const Pager = ({ page, pages, onPage, label }: { page: number; pages: number; onPage: (page: number) => void; label: string }): ReactNode => {
  const words = useWords();
  if (pages <= 1) return null;
  const button = (to: number, name: string, sign: string): ReactNode => (
    <button type="button" className="v-button" aria-label={name} title={name} disabled={to < 0 || to >= pages || to === page} onClick={() => onPage(to)}>
      {sign}
    </button>
  );
  return (
    <nav className="v-pager" aria-label={label}>
      {button(0, words('first'), '«')}
      {button(page - 1, words('previous'), '‹')}
      <span aria-live="polite">{words('pageOf', page + 1, pages)}</span>
      {button(page + 1, words('next'), '›')}
      {button(pages - 1, words('last'), '»')}
    </nav>
  );
};

/** A choice of views, as buttons of which one is pressed. */
export const Choice = <T extends string>({ label, options, value, onChange }: {
  label: string;
  options: readonly (readonly [value: T, label: string])[];
  value: T;
  onChange: (value: T) => void;
}): ReactNode => (
  <div className="v-choice" role="group" aria-label={label}>
    {options.map(([option, name]) => (
      <button type="button" key={option} className="v-button" aria-pressed={option === value} onClick={() => onChange(option)}>
        {name}
      </button>
    ))}
  </div>
);

/** Something that is typed, with its label. */
export const Field = ({ label, children }: { label: string; children: (id: string) => ReactNode }): ReactNode => {
  const id = useId();
  return (
    <div className="v-field">
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  );
};

/** What is shown while a file is read. It takes the room that the file will take. */
export const Reading = (): ReactNode => (
  <div className="v-reading" role="status">
    {useWords()('reading')}
  </div>
);

/** Something wrong that does not keep the rest from being shown. */
export const Note = ({ kind = 'warning', children }: { kind?: 'warning' | 'error' | 'info'; children: ReactNode }): ReactNode => (
  <p className={`v-note v-note-${kind}`} role={kind === 'error' ? 'alert' : 'note'}>
    {children}
  </p>
);

/** How something that is awaited stands. */
export type Awaited<T> = { readonly state: 'waiting' } | { readonly state: 'done'; readonly value: T } | { readonly state: 'failed'; readonly reason: string };

/** Awaits something, anew whenever `on` changes; an answer that comes too late is dropped. */
export const useAwaited = <T,>(make: () => Promise<T>, on: readonly unknown[]): Awaited<T> => {
  const [result, setResult] = useState<{ on: readonly unknown[]; awaited: Awaited<T> }>();
  useEffect(() => {
    let isOver = false;
    const set = (awaited: Awaited<T>): void => {
      if (!isOver) setResult({ on, awaited });
    };
    make().then(
      (value) => set({ state: 'done', value }),
      (error: unknown) => set({ state: 'failed', reason: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isOver = true;
    };
    // `make` is a new function each time; `on` says when it means something else.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, on);
  const isCurrent = result !== undefined && result.on.length === on.length && result.on.every((each, i) => Object.is(each, on[i]));
  return isCurrent ? result.awaited : { state: 'waiting' };
};

/** An object URL of a file, for as long as it is needed. */
export const useObjectUrl = (file: Blob): string | undefined => {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
};
