import { useState, type ReactNode } from 'react';
import { Form } from 'react-aria-components/Form';
import { useNavigate } from 'react-router';
import { useText } from '../../i18n/context.js';
import { Button, TextField } from '../../ui/controls.js';
import { pageOf, readSought } from './find.js';
import css from './explorer.module.css';

/** Takes a number, an account or a hash, and goes to what has it. */
export const SearchBox = ({ initial = '' }: { initial?: string }): ReactNode => {
  const { t } = useText();
  const navigate = useNavigate();
  const [text, setText] = useState(initial);
  const [wrong, setWrong] = useState(false);
  const texts = t.explorer.search;
  return (
    <search>
      <Form
        className={css.search ?? ''}
        onSubmit={(event) => {
          event.preventDefault();
          const sought = readSought(text);
          setWrong(sought === undefined);
          if (sought) void navigate(pageOf(sought));
        }}
      >
        <TextField
          label={texts.label}
          type="search"
          value={text}
          onChange={(typed) => {
            setText(typed);
            setWrong(false);
          }}
          autoComplete="off"
          spellCheck="false"
          wrong={wrong ? texts.wrong : undefined}
        />
        <Button type="submit" look="primary">
          {texts.go}
        </Button>
      </Form>
    </search>
  );
};
