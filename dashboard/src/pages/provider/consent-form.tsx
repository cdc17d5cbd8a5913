// Asks for a consent policy in plain words.

import { useState, type ReactNode } from 'react';
import type { Code, CodeSystem, Modifier, Policy } from '../../chain/shapes.js';
import { useText } from '../../i18n/context.js';
import { Checkbox, Choices, Select, TextField } from '../../ui/controls.js';
import { PolicyText } from '../buyer/consent.js';
import { systemName } from '../../ui/descriptor.js';
import { DUO, MODIFIERS, PERMISSIONS, nameOf, policyOf, type PermissionName } from './consent.js';

const SYSTEMS: readonly CodeSystem[] = ['Mondo', 'Icd10', 'Snomed'];

/** Asks for a policy; gives nothing as long as it is not complete. */
export const ConsentForm = ({ start, onChange }: { start: Policy; onChange: (policy: Policy | undefined) => void }): ReactNode => {
  const { t } = useText();
  const texts = t.provider.share;
  const { permission: phrases, modifier: conditions } = t.consent;
  const first = typeof start.permission === 'string' ? undefined : start.permission.DiseaseResearch;
  const [permission, setPermission] = useState<PermissionName>(nameOf(start.permission));
  const [disease, setDisease] = useState<Code>(first ?? { system: 'Mondo', code: '' });
  const [modifiers, setModifiers] = useState<readonly Modifier[]>(start.modifiers);
  const policy = policyOf(permission, disease, modifiers);
  const change = (to: { permission?: PermissionName; disease?: Code; modifiers?: readonly Modifier[] }): void => {
    const next = { permission, disease, modifiers, ...to };
    setPermission(next.permission);
    setDisease(next.disease);
    setModifiers(next.modifiers);
    onChange(policyOf(next.permission, next.disease, next.modifiers));
  };
  const phrase = (name: PermissionName): string => (name === 'DiseaseResearch' ? phrases.DiseaseResearch('…') : phrases[name]);
  return (
    <div className="stack">
      <Choices<PermissionName>
        label={texts.permission}
        value={permission}
        choices={PERMISSIONS.map((value) => ({ value, label: phrase(value), text: `${DUO[value].short} · ${DUO[value].id}` }))}
        onChange={(value) => change({ permission: value })}
      />
      {permission === 'DiseaseResearch' && (
        <div className="grid">
          <Select<CodeSystem>
            label={texts.diseaseSystem}
            value={disease.system}
            choices={SYSTEMS.map((value) => ({ value, label: systemName(value) }))}
            onChange={(system) => change({ disease: { ...disease, system } })}
          />
          <TextField
            label={texts.disease}
            value={disease.code}
            onChange={(code) => change({ disease: { ...disease, code: code.trim() } })}
            maxLength={64}
            hint={policy ? undefined : texts.diseaseMissing}
          />
        </div>
      )}
      <fieldset className="stack tight">
        <legend>{texts.conditions}</legend>
        {MODIFIERS.map((modifier) => (
          <Checkbox
            key={modifier}
            isSelected={modifiers.includes(modifier)}
            onChange={(on) => change({ modifiers: on ? [...modifiers, modifier] : modifiers.filter((one) => one !== modifier) })}
          >
            {conditions[modifier]} <span className="soft small">{`${DUO[modifier].short} · ${DUO[modifier].id}`}</span>
          </Checkbox>
        ))}
      </fieldset>
      {policy && (
        <div className="note">
          <strong>{texts.inWords}</strong>
          <PolicyText policy={policy} />
        </div>
      )}
    </div>
  );
};
