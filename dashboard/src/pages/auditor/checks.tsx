// The automatic checks, and what they found.

import type { Summary } from 'medshare-files';
import type { ReactNode } from 'react';
import { useAccounts } from '../../accounts/context.js';
import { useText } from '../../i18n/context.js';
import type { Catalogue } from '../../i18n/en/index.js';
import type { Format } from '../../i18n/format.js';
import { Button } from '../../ui/controls.js';
import { Section } from '../../ui/page.js';
import { Problem, explain } from '../../ui/state.js';
import { Tag } from '../../ui/values.js';
import styles from './auditor.module.css';
import type { Check, CheckFailure, Inspection } from './inspection.js';
import type { Inspecting } from './use-inspection.js';

const SIGNS = { passed: '✓', failed: '✗', skipped: '–' } as const;
const MOODS = { passed: 'good', failed: 'bad', skipped: 'plain' } as const;

/** The checks with the button that makes them. */
export const Checks = ({ state, run, canRun }: { state: Inspecting; run: () => void; canRun: boolean }): ReactNode => {
  const { t, format } = useText();
  const { keyring } = useAccounts();
  const texts = t.auditor;
  const isRunning = state.phase === 'running';
  return (
    <Section title={texts.checksTitle}>
      <div className="card stack">
        <p className="soft">{texts.checkText}</p>
        {canRun && !keyring && <p className="note warn">{t.chain.account.needKeys}</p>}
        <div className="row">
          <Button look="primary" onPress={run} isDisabled={!canRun || !keyring || isRunning}>
            {state.phase === 'done' || state.phase === 'failed' ? texts.checkAgain : texts.check}
          </Button>
          <span role="status">
            {isRunning && (
              <>
                {texts.steps[state.step]}
                {state.step === 'fetch' && state.bytes > 0 && ` · ${format.share(Math.min(1, state.bytes / state.size))}`}…
              </>
            )}
          </span>
        </div>
        {state.phase === 'failed' && (
          <div className="stack tight">
            <Problem error={state.error} />
            <p>{texts.couldNot}</p>
          </div>
        )}
        {state.phase === 'done' && <Found inspection={state.inspection} />}
      </div>
    </Section>
  );
};

const Found = ({ inspection }: { inspection: Inspection }): ReactNode => {
  const { t } = useText();
  const texts = t.auditor;
  const doubtful = inspection.checked?.counts.filter(({ certainty }) => certainty !== 'structured') ?? [];
  return (
    <div className="stack" aria-live="polite">
      <ul role="list">
        {inspection.checks.map((check) => (
          <CheckLine key={check.name} check={check} />
        ))}
      </ul>
      <p className={`note ${inspection.findings.length === 0 ? 'good' : 'bad'}`}>
        {inspection.findings.length === 0 ? texts.allPassed : texts.somethingWrong}
      </p>
      <Findings title={texts.possible} findings={doubtful} />
      {inspection.remarks.length + (inspection.checked?.limits.length ?? 0) > 0 && (
        <div>
          <strong>{texts.remarksOfFile}</strong>
          <ul>
            {inspection.remarks.map((remark) => (
              <li key={remark}>{t.readers.remark(remark)}</li>
            ))}
            {inspection.checked?.limits.map((limit) => (
              <li key={limit}>{t.readers.limit(limit)}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
};

/** What was wrong, in the reader's language; the report has it in English. */
const failureText = (failure: CheckFailure, t: Catalogue, format: Format): string => {
  if ('error' in failure) return explain(failure.error, t).what;
  if ('fields' in failure) return t.auditor.wrongAbout(format.list(failure.fields.map((field) => t.auditor.fields[field])));
  return t.auditor.identifiedBy(format.list(failure.elements));
};

const CheckLine = ({ check }: { check: Check }): ReactNode => {
  const { t, format } = useText();
  const texts = t.auditor;
  return (
    <li className={styles['check']}>
      <span aria-hidden>{SIGNS[check.state]}</span>
      <span>{texts.checks[check.name]}</span>
      <Tag mood={MOODS[check.state]}>{texts.checkState[check.state]}</Tag>
      {check.failure && <span className="small">{failureText(check.failure, t, format)}</span>}
      {check.state === 'skipped' && <span className="small soft">{texts.skippedEarlier}</span>}
    </li>
  );
};

/** What identifies, or may, by element and kind. */
export const Findings = ({ title, findings }: { title: string; findings: readonly Summary[] }): ReactNode => {
  const { t, format } = useText();
  if (findings.length === 0) return null;
  return (
    <details>
      <summary>
        {title} ({format.number(findings.length)})
      </summary>
      <ul>
        {findings.map(({ element, identifier, what, count }) => (
          <li key={`${element} ${identifier} ${what}`}>
            <code>{element}</code>
            {t.shell.colon}
            {t.readers.finding(identifier, what)} ({format.number(count)})
          </li>
        ))}
      </ul>
    </details>
  );
};
