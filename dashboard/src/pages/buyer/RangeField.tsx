// A range that is typed, such as years, sizes or prices. Each end may be open.

import { useState, type ReactNode } from 'react';
import { useText } from '../../i18n/context.js';
import { CommitField } from './CommitField.js';
import { entered, standing, type Pair, type Typed } from './range.js';
import styles from './buyer.module.css';

interface End {
  readonly label: string;
  /** What counts; empty if the end is open. */
  readonly value: string;
  readonly placeholder?: string;
}

const NOTHING: Typed['refused'] = [undefined, undefined];

/** Two fields, of which each counts once it is right by itself and with the other. `wrong` says what can be typed. */
export const RangeField = <T extends number | bigint>({ legend, ends, read, wrong, onCommit, ...props }: {
  legend: string;
  ends: Pair<End>;
  read: (text: string) => T | undefined;
  wrong: string;
  /** Takes what counts now; nothing for an open end. */
  onCommit: (range: Pair<string | undefined>) => void;
  inputMode: 'numeric' | 'decimal';
  maxLength: number;
}): ReactNode => {
  const { t } = useText();
  const [before, setBefore] = useState(NOTHING);
  const values: Pair<string> = [ends[0].value, ends[1].value];
  const refused = standing(before, values);
  const commit = (at: 0 | 1, text: string): void => {
    const now = entered({ values, refused }, at, text, read);
    setBefore(now.refused);
    const [low, high] = now.values;
    if (low !== values[0] || high !== values[1]) onCommit([low || undefined, high || undefined]);
  };
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div className={styles.pair}>
        {([0, 1] as const).map((at) => {
          const { label, value, placeholder } = ends[at];
          const why = refused[at]?.why;
          return (
            <CommitField
              key={label}
              label={label}
              value={value}
              wrong={why && (why === 'crossed' ? t.buyer.rangeWrong : wrong)}
              onCommit={(text) => commit(at, text)}
              {...props}
              {...(placeholder === undefined ? {} : { placeholder })}
            />
          );
        })}
      </div>
    </fieldset>
  );
};
