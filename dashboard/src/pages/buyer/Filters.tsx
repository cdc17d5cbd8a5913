// What narrows a search, with how many records there are of each, where the node's index says so.

import { useId, useState, type ReactNode } from 'react';
import type { SearchPage } from '../../chain/index-client.js';
import type { Code } from '../../chain/shapes.js';
import { useChain } from '../../chain/context.js';
import { useText } from '../../i18n/context.js';
import { Button, Checkbox, Choices, Select } from '../../ui/controls.js';
import { CodeText, systemName, useName } from '../../ui/descriptor.js';
import { MODALITY_CODES, modalityName } from '../../ui/vocabulary.js';
import { CommitField } from './CommitField.js';
import { PurposeForm } from './consent.js';
import { RangeField } from './RangeField.js';
import { KINDS, SYSTEMS, TIERS, amountOf, changed, codeText, sizeOf, yearOf, type Criteria } from './search.js';
import styles from './buyer.module.css';

/** Percents of completeness to choose from. */
const LEAST = ['50', '75', '90', '100'] as const;
/** How many codes are offered. */
const OFFERED = 6;

type Change = (criteria: Criteria) => void;
type SearchFacets = NonNullable<SearchPage['facets']>;

/** All that narrows a search. */
export const Filters = ({ criteria, facets, isIndexed, onChange }: {
  criteria: Criteria;
  facets: SearchPage['facets'];
  /** Whether the node has an index: without one only what is on sale is found. */
  isIndexed: boolean;
  onChange: Change;
}): ReactNode => {
  const { t, format } = useText();
  const symbol = useChain()?.symbol ?? 'MDS';
  const name = useName();
  const noteId = useId();
  const set = (change: Partial<Record<keyof Criteria, unknown>>): void => onChange(changed(criteria, change));
  const counted = (label: string, count: number | undefined): string =>
    count === undefined ? label : `${label} (${format.number(count)})`;
  const modalities = facets?.modality.map(({ value }) => value) ?? MODALITY_CODES;
  const known = criteria.modality && !modalities.includes(criteria.modality) ? [criteria.modality, ...modalities] : modalities;
  const modalityText = (code: string): string => {
    const named = name(modalityName(code));
    return named === undefined ? code : `${named} (${code})`;
  };
  return (
    <>
      <div className="stack tight">
        {/* What an address has chosen can be taken back. */}
        <Checkbox
          isSelected={criteria.unlisted ?? false}
          isDisabled={!isIndexed && !criteria.unlisted}
          {...(isIndexed ? {} : { 'aria-describedby': noteId })}
          onChange={(wanted) => set({ unlisted: wanted ? true : undefined })}
        >
          {t.buyer.unlisted}
        </Checkbox>
        {!isIndexed && (
          <p id={noteId} className="soft small">
            {t.buyer.unlistedNoIndex}
          </p>
        )}
      </div>
      <Choices
        label={t.domain.descriptor.kind}
        value={criteria.kind ?? ''}
        choices={[
          { value: '', label: t.buyer.anyKind },
          ...KINDS.map((value) => ({
            value,
            label: counted(t.domain.descriptor.kinds[value], facets?.kind.find((each) => each.value === value)?.count),
          })),
        ]}
        onChange={(kind) => set({ kind: kind === '' ? undefined : kind })}
      />
      <Select
        label={t.buyer.modality}
        value={criteria.modality ?? ''}
        choices={[
          { value: '', label: t.buyer.anyModality },
          ...known.map((value) => ({
            value,
            label: counted(modalityText(value), facets?.modality.find((each) => each.value === value)?.count),
          })),
        ]}
        onChange={(modality) => set({ modality: modality === '' ? undefined : modality })}
      />
      <CodeFilter criteria={criteria} offered={facets?.code ?? []} onChange={onChange} />
      <RangeField
        legend={t.buyer.years}
        ends={[
          { label: t.buyer.from, value: String(criteria.from ?? ''), placeholder: '1990' },
          { label: t.buyer.to, value: String(criteria.to ?? ''), placeholder: '2026' },
        ]}
        onCommit={([from, to]) => set({ from: from && yearOf(from), to: to && yearOf(to) })}
        read={yearOf}
        wrong={t.buyer.yearWrong}
        inputMode="numeric"
        maxLength={4}
      />
      {facets && <YearChoice criteria={criteria} years={facets.year} onChange={onChange} />}
      <RangeField
        legend={t.domain.descriptor.size}
        ends={[
          { label: t.buyer.smallest, value: criteria.smallest ?? '' },
          { label: t.buyer.largest, value: criteria.largest ?? '' },
        ]}
        onCommit={([smallest, largest]) => set({ smallest, largest })}
        read={sizeOf}
        wrong={t.buyer.numberWrong('MB')}
        inputMode="decimal"
        maxLength={16}
      />
      <RangeField
        legend={t.buyer.price}
        ends={[
          { label: `${t.buyer.least}${t.shell.comma}${symbol}`, value: criteria.least ?? '' },
          { label: `${t.buyer.most}${t.shell.comma}${symbol}`, value: criteria.most ?? '' },
        ]}
        onCommit={([least, most]) => set({ least, most })}
        read={amountOf}
        wrong={t.buyer.numberWrong(symbol)}
        inputMode="decimal"
        maxLength={33}
      />
      <Select
        label={t.buyer.completeness}
        value={String(criteria.completeness ?? '')}
        choices={[{ value: '', label: '—' }, ...LEAST.map((value) => ({ value, label: `${value} %` }))]}
        onChange={(least) => set({ completeness: least === '' ? undefined : Number(least) })}
      />
      <fieldset className="stack tight">
        <legend>{t.buyer.tiers}</legend>
        {TIERS.map((tier) => (
          <Checkbox
            key={tier}
            isSelected={criteria.tiers.includes(tier)}
            onChange={(wanted) => set({ tiers: TIERS.filter((each) => (each === tier ? wanted : criteria.tiers.includes(each))) })}
          >
            {counted(t.domain.tier[tier], facets?.tier.find((each) => each.value === tier)?.count)}
          </Checkbox>
        ))}
      </fieldset>
      <PurposeForm
        label={t.buyer.forPurpose}
        any={t.buyer.anyPurpose}
        purpose={criteria.purpose}
        onChange={(purpose) => set({ purpose })}
      />
    </>
  );
};

/** The years that there are data about, with how many records are about each. */
const YearChoice = ({ criteria, years, onChange }: {
  criteria: Criteria;
  years: SearchFacets['year'];
  onChange: Change;
}): ReactNode => {
  const { t, format } = useText();
  const { from, to } = criteria;
  const chosen = from === to ? from : undefined;
  const counted = years.map(({ value, count }) => ({ value: String(value), label: `${value} (${format.number(count)})` })).reverse();
  const missing = chosen !== undefined && !years.some(({ value }) => value === chosen) ? [{ value: String(chosen), label: String(chosen) }] : [];
  if (counted.length + missing.length === 0) return null;
  return (
    <Select
      label={t.buyer.year}
      value={String(chosen ?? '')}
      choices={[{ value: '', label: from === to ? t.buyer.anyYear : t.buyer.yearsAbove }, ...missing, ...counted]}
      onChange={(year) => onChange(changed(criteria, { from: yearOf(year), to: yearOf(year) }))}
    />
  );
};

const CodeFilter = ({ criteria, offered, onChange }: {
  criteria: Criteria;
  offered: readonly (Code & { readonly count: number })[];
  onChange: Change;
}): ReactNode => {
  const { t, format } = useText();
  const [system, setSystem] = useState<Code['system']>('Icd10');
  const { codes } = criteria;
  const put = (next: readonly Code[]): void => onChange(changed(criteria, { codes: next }));
  const add = (code: Code): void => {
    if (code.code !== '' && !codes.some((each) => codeText(each) === codeText(code))) put([...codes, code]);
  };
  const open = offered.filter((code) => !codes.some((each) => codeText(each) === codeText(code))).slice(0, OFFERED);
  return (
    <fieldset className="stack tight">
      <legend>{t.domain.descriptor.codes}</legend>
      {codes.length > 0 && (
        <ul role="list" className="stack tight">
          {codes.map((code) => (
            <li key={codeText(code)} className="row between">
              <span>
                <CodeText code={code} />
              </span>
              <Button
                compact
                look="quiet"
                aria-label={t.buyer.removeCode(`${systemName(code.system)} ${code.code}`)}
                onPress={() => put(codes.filter((each) => each !== code))}
              >
                ×
              </Button>
            </li>
          ))}
        </ul>
      )}
      {open.map(({ count, ...code }) => (
        <div key={codeText(code)}>
          <Button compact look="quiet" onPress={() => add(code)}>
            + <CodeText code={code} /> ({format.number(count)})
          </Button>
        </div>
      ))}
      <div className={styles.pair}>
        <Select
          label={t.buyer.codeSystem}
          value={system}
          choices={SYSTEMS.map((value) => ({ value, label: systemName(value) }))}
          onChange={setSystem}
        />
        <CommitField key={codes.length} label={t.buyer.code} value="" maxLength={64} onCommit={(code) => add({ system, code })} />
      </div>
    </fieldset>
  );
};
