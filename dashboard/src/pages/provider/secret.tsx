// The institution's secret: taken from its file or made anew, and kept in memory only.

import { generateSecret } from 'medshare-files';
import { useState, type ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { saveText } from './save.js';

/** The secret in the text of its file; nothing if it is none. */
export const secretIn = (text: string): string | undefined => {
  const typed = text.trim().toLowerCase();
  return /^[0-9a-f]{64}$/.test(typed) ? typed : undefined;
};

/** Asks for the secret. */
export const SecretField = ({ secret, onSecret }: { secret: string | undefined; onSecret: (secret: string) => void }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.share;
  const [isWrong, setWrong] = useState(false);
  const take = (text: string): void => {
    const found = secretIn(text);
    setWrong(found === undefined);
    if (found !== undefined) onSecret(found);
  };
  const make = (): void => {
    const made = generateSecret();
    saveText(`${made}\n`, 'institution.secret');
    take(made);
  };
  return (
    <fieldset className="stack tight">
      <legend>{texts.secret}</legend>
      <p className="soft small">{texts.secretText}</p>
      <p role="status">{secret === undefined ? texts.secretNone : texts.secretThere}</p>
      <div className="row">
        <FileTrigger onSelect={(files) => void files?.[0]?.slice(0, 1024).text().then(take)}>
          <Button compact>{texts.secretChoose}</Button>
        </FileTrigger>
        <Button compact onPress={make}>
          {texts.secretMake}
        </Button>
      </div>
      {isWrong && <p className="note bad">{texts.secretWrong}</p>}
    </fieldset>
  );
};
