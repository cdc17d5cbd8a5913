// A line of text that counts once it was entered: when it is left, or with Enter.

import { useState, type ReactNode } from 'react';
import { TextField, type FieldProps } from '../../ui/controls.js';

export const CommitField = ({ value, onCommit, ...props }: Omit<FieldProps, 'value' | 'onChange'> & {
  value: string;
  onCommit: (value: string) => void;
}): ReactNode => {
  // What is typed, with the value from which it began: another value from outside replaces it.
  const [typed, setTyped] = useState({ from: value, text: value });
  const text = typed.from === value ? typed.text : value;
  const commit = (): void => {
    // What was refused is also taken back by typing what counts already.
    if (text !== value || props.wrong !== undefined) onCommit(text.trim());
  };
  return (
    <TextField
      {...props}
      value={text}
      onChange={(changed) => setTyped({ from: value, text: changed })}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
};
