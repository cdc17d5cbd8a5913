// Writing a key file: a passphrase typed twice, with that of the open file where it is to be replaced; the file saved, and used only
// once it is known to be kept.

import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { Form } from 'react-aria-components/Form';
import { useAccounts } from '../../accounts/context.js';
import { useText } from '../../i18n/context.js';
import type { MadeKeys } from '../../keys/keyring.js';
import { Button, TextField } from '../../ui/controls.js';
import { saveText } from '../../ui/save.js';
import { Problem } from '../../ui/state.js';
import { LEAST, wrongWith } from './passphrase.js';

type State = { readonly step: 'asked'; readonly error?: unknown } | { readonly step: 'making' } | ({ readonly step: 'made' } & MadeKeys);

/** With its newest key in it: a new file of the same account is not taken for the old one, nor written over it. */
const fileOf = ({ keyring: { keys } }: MadeKeys): string =>
  `medshare-${keys.address.slice(0, 8)}-${keys.publicKeys[0]?.slice(2, 10) ?? ''}.age`;

/** Where the form was, what has come of it is read aloud. */
const focus = (part: HTMLElement | null): void => part?.focus();

/**
 * Asks for a passphrase and makes a key file with it. `label` says what for. A file that takes the place of the open one `replaces` it:
 * then that one's passphrase, `current`, is asked for, too; else it is empty.
 */
export const MakeKeys = ({ label, replaces = false, make }: {
  label: string;
  replaces?: boolean;
  make: (next: string, current: string) => Promise<MadeKeys>;
}): ReactNode => {
  const { t } = useText();
  const texts = t.keys;
  const { takeKeys } = useAccounts();
  const said = useId();
  const [current, setCurrent] = useState('');
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [isChecked, setChecked] = useState(false);
  const [state, setState] = useState<State>({ step: 'asked' });
  /** Keys that nobody has taken yet: they are forgotten with the page. */
  const waiting = useRef<MadeKeys>(undefined);
  const isGone = useRef(false);
  useEffect(() => {
    isGone.current = false;
    return () => {
      isGone.current = true;
      waiting.current?.keyring.lock();
    };
  }, []);
  const wrong = wrongWith(passphrase, again);

  const start = async (): Promise<void> => {
    setChecked(true);
    if (wrong !== undefined || (replaces && current === '')) return;
    setState({ step: 'making' });
    try {
      const made = await make(passphrase, current);
      if (isGone.current) return made.keyring.lock();
      waiting.current = made;
      saveText(made.file, fileOf(made));
      setState({ step: 'made', ...made });
    } catch (error) {
      setState({ step: 'asked', error });
    } finally {
      setCurrent('');
      setPassphrase('');
      setAgain('');
      setChecked(false);
    }
  };
  const end = (taken?: MadeKeys): void => {
    waiting.current = undefined;
    if (taken) takeKeys(taken.keyring);
    setState({ step: 'asked' });
  };

  if (state.step === 'made') {
    return (
      <div className="note warn stack tight" role="group" aria-label={label} aria-describedby={said} tabIndex={-1} ref={focus}>
        <p id={said}>{texts.saved(fileOf(state))}</p>
        <div className="row">
          <Button look="primary" onPress={() => end(state)}>
            {texts.use}
          </Button>
          <Button onPress={() => saveText(state.file, fileOf(state))}>{texts.saveAgain}</Button>
          <Button
            look="quiet"
            onPress={() => {
              state.keyring.lock();
              end();
            }}
          >
            {texts.discard}
          </Button>
        </div>
      </div>
    );
  }
  return (
    <Form
      aria-label={label}
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      {replaces && (
        <TextField
          label={texts.current}
          hint={texts.currentHint}
          type="password"
          autoComplete="current-password"
          value={current}
          onChange={setCurrent}
          wrong={isChecked && current === '' ? texts.currentMissing : undefined}
        />
      )}
      <div className="grid">
        <TextField
          label={texts.passphrase}
          hint={texts.passphraseHint(LEAST)}
          type="password"
          autoComplete="new-password"
          value={passphrase}
          onChange={setPassphrase}
          wrong={isChecked && wrong === 'short' ? texts.short(LEAST) : undefined}
        />
        <TextField
          label={texts.again}
          type="password"
          autoComplete="new-password"
          value={again}
          onChange={setAgain}
          wrong={isChecked && wrong === 'differs' ? texts.differs : undefined}
        />
      </div>
      <div>
        <Button type="submit" isDisabled={state.step === 'making'}>
          {label}
        </Button>
      </div>
      <div aria-live="polite">{state.step === 'making' && <p className="note">{texts.making}…</p>}</div>
      {state.step === 'asked' && state.error !== undefined && <Problem error={state.error} />}
    </Form>
  );
};
