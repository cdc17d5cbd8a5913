// What owners permit and what users intend, in plain words.

import type { ReactNode } from 'react';
import type { Code, Policy, Purpose, Use } from '../../chain/shapes.js';
import { useText } from '../../i18n/context.js';
import type { Catalogue } from '../../i18n/en/index.js';
import { Checkbox, Select, TextField } from '../../ui/controls.js';
import { systemName } from '../../ui/descriptor.js';
import { DUO, clausesOf, unmet, type Clause } from '../provider/consent.js';
import { SYSTEMS, USES, purposeFor } from './search.js';
import styles from './buyer.module.css';

const clauseText = (t: Catalogue, { term, code }: Clause): string => {
  if (term === 'DiseaseResearch') return t.consent.permission.DiseaseResearch(code ? `${systemName(code.system as Code['system'])} ${code.code}` : '');
  const words: Readonly<Record<string, unknown>> = { ...t.consent.permission, ...t.consent.modifier };
  return String(words[term]);
};

/** What a policy says, with the DUO terms behind it. */
export const PolicyText = ({ policy }: { policy: Policy }): ReactNode => {
  const { t } = useText();
  return (
    <ul className={styles.clauses}>
      {clausesOf(policy).map((clause) => (
        <li key={clause.term}>
          {clauseText(t, clause)} <abbr title={DUO[clause.term].id} className="soft small">{DUO[clause.term].short}</abbr>
        </li>
      ))}
    </ul>
  );
};

/** The name of a use. */
export const phraseOf = (t: Catalogue, use: Use): string =>
  typeof use === 'string' ? t.consent.use[use] : `${t.consent.use.DiseaseResearch}: ${systemName(use.DiseaseResearch.system)} ${use.DiseaseResearch.code}`;

/** What a purpose says, in a line. */
export const PurposeText = ({ purpose }: { purpose: Purpose }): ReactNode => {
  const { t, format } = useText();
  const { flag } = t.consent;
  const said = [
    phraseOf(t, purpose.use),
    ...(purpose.commercial ? [flag.commercial] : []),
    ...(purpose.for_profit ? [flag.forProfit] : []),
    ...(purpose.ethics_approval ? [flag.ethics] : []),
    ...(purpose.will_publish ? [flag.publish] : []),
  ];
  return format.list(said);
};

const DISEASE = 'DiseaseResearch';

/** Asks for a purpose. `any` is a first choice that is none. */
export const PurposeForm = ({ label, purpose, any, onChange }: {
  label: string;
  purpose: Purpose | undefined;
  any?: string;
  onChange: (purpose: Purpose | undefined) => void;
}): ReactNode => {
  const { t } = useText();
  const { use, flag } = t.consent;
  const uses = [USES[0], DISEASE, ...USES.slice(1)] as const;
  const choices = [...(any === undefined ? [] : [{ value: '', label: any }]), ...uses.map((value) => ({ value, label: use[value] }))];
  const chosen = purpose === undefined ? (any === undefined ? null : '') : typeof purpose.use === 'string' ? purpose.use : DISEASE;
  const disease = purpose && typeof purpose.use !== 'string' ? purpose.use.DiseaseResearch : undefined;
  const choose = (value: string): void => {
    if (value === '') return onChange(undefined);
    const next: Use = value === DISEASE ? { DiseaseResearch: disease ?? { system: 'Icd10', code: '' } } : (value as (typeof USES)[number]);
    onChange({ ...(purpose ?? purposeFor(next)), use: next });
  };
  const box = (name: 'commercial' | 'for_profit' | 'ethics_approval' | 'will_publish', text: string): ReactNode =>
    purpose && (
      <Checkbox isSelected={purpose[name]} onChange={(value) => onChange({ ...purpose, [name]: value })}>
        {text}
      </Checkbox>
    );
  return (
    <div className="stack tight">
      <Select label={label} value={chosen} choices={choices} onChange={choose} />
      {purpose && disease && (
        <div className={styles.pair}>
          <Select
            label={t.buyer.codeSystem}
            value={disease.system}
            choices={SYSTEMS.map((value) => ({ value, label: systemName(value) }))}
            onChange={(system) => onChange({ ...purpose, use: { DiseaseResearch: { ...disease, system } } })}
          />
          <TextField
            label={t.buyer.disease}
            hint={t.buyer.codeHint}
            value={disease.code}
            maxLength={64}
            onChange={(code) => onChange({ ...purpose, use: { DiseaseResearch: { ...disease, code } } })}
          />
        </div>
      )}
      {box('commercial', flag.commercial)}
      {box('for_profit', flag.forProfit)}
      {box('ethics_approval', flag.ethics)}
      {box('will_publish', flag.publish)}
    </div>
  );
};

/** Whether a purpose says all that it has to. */
export const isComplete = ({ use }: Purpose): boolean => typeof use === 'string' || use.DiseaseResearch.code.trim() !== '';

/** Whether a policy permits a purpose, and if not, which of its clauses it does not meet. */
export const Permitted = ({ policy, purpose }: { policy: Policy; purpose: Purpose }): ReactNode => {
  const { t } = useText();
  if (!isComplete(purpose)) return <p className="note warn">{t.buyer.diseaseMissing}</p>;
  const missed = new Set<string>(unmet(policy, purpose));
  if (missed.size === 0) return <p className="note good">{t.buyer.permitted}</p>;
  return (
    <div className="note bad">
      <p>{t.buyer.notPermitted}</p>
      <ul>
        {clausesOf(policy)
          .filter(({ term }) => missed.has(term))
          .map((clause) => (
            <li key={clause.term}>{clauseText(t, clause)}</li>
          ))}
      </ul>
    </div>
  );
};
