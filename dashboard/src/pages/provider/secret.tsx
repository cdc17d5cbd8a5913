// The institution's secret: taken from its file or made anew, and kept in memory only.

import { generateSecret } from 'medshare-files';
import { useState, type ReactNode } from 'react';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { useText } from '../../i18n/context.js';
import { Button } from '../../ui/controls.js';
import { saveText } from '../../ui/save.js';

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
  const [made, setMade] = useState<string>();
  const take = (text: string): void => {
    const found = secretIn(text);
    setWrong(found === undefined);
    if (found === undefined) return;
    setMade(undefined);
    onSecret(found);
  };
  // A browser does not tell whether a file was saved, and a secret that was used and is lost cannot be made again.
  const make = (next: string): void => {
    saveText(`${next}\n`, 'institution.secret');
    setMade(next);
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
        <Button compact onPress={() => make(generateSecret())}>
          {texts.secretMake}
        </Button>
      </div>
      {made !== undefined && (
        <div className="note warn stack tight" role="status">
          <p>{texts.secretSaved}</p>
          <div className="row">
            <Button compact look="primary" onPress={() => take(made)}>
              {texts.secretUse}
            </Button>
            <Button compact onPress={() => make(made)}>
              {texts.secretAgain}
            </Button>
          </div>
        </div>
      )}
      {isWrong && <p className="note bad">{texts.secretWrong}</p>}
    </fieldset>
  );
};
