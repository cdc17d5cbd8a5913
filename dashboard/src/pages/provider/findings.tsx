// What was found in a file, and the copy without what identifies.

import { deidentifyFile, type Checked, type Copy, type Rules } from 'medshare-files';
import { useState, type ReactNode } from 'react';
import { useText } from '../../i18n/context.js';
import { Button, Checkbox, Choices } from '../../ui/controls.js';
import { DescriptorFacts } from '../../ui/descriptor.js';
import { saveText } from '../../ui/save.js';
import { Problem } from '../../ui/state.js';
import type { Description } from '../../files/reader.js';
import { Findings } from '../auditor/checks.js';
import styles from './provider.module.css';
import { SecretField } from './secret.js';

/** What of a check is sure, and what may be. */
export const CheckedFindings = ({ checked }: { checked: Checked }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.share;
  return (
    <>
      <Findings title={texts.surely} findings={checked.counts.filter(({ certainty }) => certainty === 'structured')} />
      <Findings title={texts.perhaps} findings={checked.counts.filter(({ certainty }) => certainty !== 'structured')} />
      {checked.limits.length > 0 && (
        <details>
          <summary>{texts.limits}</summary>
          <ul>
            {checked.limits.map((limit) => (
              <li key={limit}>{t.readers.limit(limit)}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
};

/** What was found, with what to do about it. */
export const WhatWasFound = ({ description, copy }: { description: Description; copy: Copy | undefined }): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.share;
  const { descriptor, identifying, remarks, checked } = description;
  return (
    <div className="stack">
      <DescriptorFacts descriptor={descriptor} />
      {remarks.map((remark) => (
        <p key={remark} className="note">
          {t.readers.remark(remark)}
        </p>
      ))}
      {copy && (
        <div className="note good">
          <strong>{texts.changed(format.number(copy.report.changes.length))}</strong>
          <details>
            <summary>
              {texts.removed} ({format.number(copy.removed.length)})
            </summary>
            <ul>
              {copy.removed.map((element) => (
                <li key={element}>
                  <code>{element}</code>
                </li>
              ))}
            </ul>
          </details>
          <div>
            <Button compact onPress={() => saveText(JSON.stringify(copy.report, undefined, 2), 'changes.json', 'application/json')}>
              {texts.saveReport}
            </Button>
          </div>
        </div>
      )}
      {identifying.length > 0 ? (
        <div className="note bad">
          <strong>{texts.identifies}</strong>
          <p>{texts.identifiesText}</p>
          <p>
            {identifying.slice(0, 12).join(t.shell.comma)}
            {identifying.length > 12 && ' …'}
          </p>
        </div>
      ) : (
        <div className="note good">
          <strong>{texts.clean}</strong>
          <p>{texts.cleanText}</p>
        </div>
      )}
      <CheckedFindings checked={checked} />
    </div>
  );
};

/** Makes a copy without what identifies. */
export const Deidentify = ({ file, secret, onSecret, onCopy }: {
  file: File;
  secret: string | undefined;
  onSecret: (secret: string) => void;
  onCopy: (copy: Copy) => void;
}): ReactNode => {
  const { t, format } = useText();
  const texts = t.provider.share;
  const [dates, setDates] = useState<NonNullable<Rules['dates']>>('shift');
  const [keepText, setKeepText] = useState(false);
  const [done, setDone] = useState<number>();
  const [error, setError] = useState<unknown>();
  const run = async (): Promise<void> => {
    if (secret === undefined) return;
    setError(undefined);
    setDone(0);
    try {
      onCopy(await deidentifyFile(file, { secret, dates, keepText, onProgress: setDone }));
    } catch (failure) {
      setError(failure);
    } finally {
      setDone(undefined);
    }
  };
  return (
    <div className="stack">
      <SecretField secret={secret} onSecret={onSecret} />
      <Choices
        label={texts.dates}
        value={dates}
        choices={[
          { value: 'shift', label: texts.shift },
          { value: 'year', label: texts.year },
        ]}
        onChange={setDates}
      />
      <Checkbox isSelected={keepText} onChange={setKeepText}>
        {texts.keepText}
      </Checkbox>
      {done !== undefined && (
        <div className={styles['step']}>
          <span aria-hidden>…</span>
          <span role="status">{`${texts.deidentifying} · ${format.share(done)}`}</span>
          <progress value={done} aria-label={texts.deidentifying} />
        </div>
      )}
      {error !== undefined && <Problem error={error} />}
      <div>
        <Button look="primary" isDisabled={secret === undefined || done !== undefined} onPress={() => void run()}>
          {texts.deidentify}
        </Button>
      </div>
    </div>
  );
};
