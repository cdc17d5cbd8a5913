// A range that is typed, such as years, sizes or prices. Each end may be open.

import { useState, type ReactNode } from 'react';
import { useText } from '../../i18n/context.js';
import { CommitField } from './CommitField.js';
import { isRange } from './search.js';
import styles from './buyer.module.css';

interface End {
  readonly label: string;
  /** What was typed; empty if the end is open. */
  readonly value: string;
  readonly placeholder?: string;
  /** Takes what is typed, once it is right; nothing for an open end. */
  readonly onCommit: (text: string | undefined) => void;
}

/** Two fields, of which each counts once it is right by itself and with the other. `wrong` says what can be typed. */
export const RangeField = <T extends number | bigint>({ legend, ends, read, wrong, ...props }: {
  legend: string;
  ends: readonly [low: End, high: End];
  read: (text: string) => T | undefined;
  wrong: string;
  inputMode: 'numeric' | 'decimal';
  maxLength: number;
}): ReactNode => {
  const { t } = useText();
  const [wrongs, setWrongs] = useState<readonly (string | undefined)[]>([]);
  const commit = (at: number, end: End, text: string): void => {
    const [low, high] = ends.map(({ value }, each) => read(each === at ? text : value));
    const isRead = text === '' || read(text) !== undefined;
    const found = isRead ? (isRange(low, high) ? undefined : t.buyer.rangeWrong) : wrong;
    setWrongs(ends.map((_, each) => (each === at ? found : wrongs[each])));
    if (found === undefined) end.onCommit(text === '' ? undefined : text);
  };
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className={styles.pair}>
        {ends.map((end, at) => (
          <CommitField
            key={end.label}
            label={end.label}
            value={end.value}
            wrong={wrongs[at]}
            onCommit={(text) => commit(at, end, text)}
            {...props}
            {...(end.placeholder === undefined ? {} : { placeholder: end.placeholder })}
          />
        ))}
      </div>
    </fieldset>
  );
};
