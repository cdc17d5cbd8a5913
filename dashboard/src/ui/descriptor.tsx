// What is known of a record before it is opened: its descriptor, in the reader's language.

import type { ReactNode } from 'react';
import type { Code, Descriptor, YearMonth } from '../chain/shapes.js';
import { useText } from '../i18n/context.js';
import type { Catalogue } from '../i18n/en/index.js';
import { Bytes } from './values.js';
import { codeName, modalityName, type Name } from './vocabulary.js';

/** Gives a name in the reader's language. */
export const useName = (): ((name: Name | undefined) => string | undefined) => {
  const { language } = useText();
  return (name) => name && (language === 'en' ? name.en : name.zh);
};

/** What kind of record it is, in a few words. */
export const useKindOf = (): ((descriptor: Descriptor) => string) => {
  const { t } = useText();
  const name = useName();
  return ({ kind, modality }) => {
    const known = modality === null ? undefined : name(modalityName(modality));
    if (modality === null) return t.domain.descriptor.kinds[kind];
    return known === undefined ? `${t.domain.descriptor.kinds[kind]}${t.shell.comma}${modality}` : `${known} (${modality})`;
  };
};

const monthText = ({ year, month }: YearMonth, language: string): string =>
  new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.UTC(year, month - 1));

/** The time that data are about. */
export const Period = ({ period }: { period: Descriptor['period'] }): ReactNode => {
  const { t, language } = useText();
  if (period === null) return t.domain.descriptor.noPeriod;
  const [first, last] = period.map((month) => monthText(month, language));
  return first === last ? first : `${first} – ${last}`;
};

const SYSTEMS = { Snomed: 'SNOMED CT', Loinc: 'LOINC', Icd10: 'ICD-10', RxNorm: 'RxNorm', Cvx: 'CVX', Dicom: 'DICOM', Mondo: 'MONDO' } as const;

/** A code with the name of its vocabulary, and its own where that is known. */
export const CodeText = ({ code }: { code: Code }): ReactNode => {
  const name = useName()(codeName(code));
  return (
    <>
      <span className="soft">{SYSTEMS[code.system]}</span> {name === undefined ? <code>{code.code}</code> : <>{name} <code className="soft">{code.code}</code></>}
    </>
  );
};

/** The name of a vocabulary. */
export const systemName = (system: Code['system']): string => SYSTEMS[system];

/** Several codes, of which the first are shown. */
export const Codes = ({ codes, most }: { codes: readonly Code[]; most?: number }): ReactNode => {
  const { t, format } = useText();
  if (codes.length === 0) return <span className="soft">{t.domain.descriptor.noCodes}</span>;
  const shown = codes.slice(0, most);
  return (
    <ul role="list" className="row">
      {shown.map((code) => (
        <li key={`${code.system}:${code.code}`}>
          <CodeText code={code} />
        </li>
      ))}
      {shown.length < codes.length && <li className="soft">{t.domain.descriptor.moreCodes(format.number(codes.length - shown.length))}</li>}
    </ul>
  );
};

/** What was counted, in the reader's language: segments of HL7 and media types are called the same everywhere. */
export const countName = (t: Catalogue, of: string): string => {
  const names: Readonly<Record<string, string>> = t.domain.descriptor.counts;
  return Object.hasOwn(names, of) ? (names[of] ?? of) : t.readers.resource(of);
};

/** All that is known about what a record contains, with further facts below. */
export const DescriptorFacts = ({ descriptor, children }: { descriptor: Descriptor; children?: ReactNode }): ReactNode => {
  const { t, format } = useText();
  const kindOf = useKindOf();
  const { plaintext_size, media_type, completeness, counts, codes, period } = descriptor;
  return (
    <dl className="facts">
      <dt>{t.domain.descriptor.kind}</dt>
      <dd>{kindOf(descriptor)}</dd>
      <dt>{t.domain.descriptor.period}</dt>
      <dd>
        <Period period={period} />
      </dd>
      <dt>{t.domain.descriptor.complete}</dt>
      <dd>{t.domain.descriptor.completeText(format.number(completeness))}</dd>
      <dt>{t.domain.descriptor.size}</dt>
      <dd>
        <Bytes size={plaintext_size} />
      </dd>
      <dt>{t.domain.descriptor.format}</dt>
      <dd>
        <code>{media_type}</code>
      </dd>
      {counts.length > 0 && (
        <>
          <dt>{t.domain.descriptor.contents}</dt>
          <dd>{format.list(counts.map(({ of, number }) => `${format.number(number)} × ${countName(t, of)}`))}</dd>
        </>
      )}
      <dt>{t.domain.descriptor.codes}</dt>
      <dd>
        <Codes codes={codes} />
      </dd>
      {children}
    </dl>
  );
};
