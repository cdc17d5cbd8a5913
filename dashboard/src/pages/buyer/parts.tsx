// What several of the buyer's pages have: what a record contains, in plain words, and the way between the pages.

import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import type { Code, Descriptor, Tier, YearMonth } from '../../chain/index-client.js';
import { useText } from '../../i18n/context.js';
import { Bytes, Tag, type Mood } from '../../ui/values.js';
import styles from './buyer.module.css';
import { codeName, modalityName, type Name } from './vocabulary.js';

/** The buyer's pages, as links. */
export const BuyerNav = (): ReactNode => {
  const { t } = useText();
  return (
    <nav aria-label={t.buyer.title} className="row">
      <NavLink to="/market" end>
        {t.buyer.find}
      </NavLink>
      <NavLink to="/market/orders">{t.buyer.orders}</NavLink>
    </nav>
  );
};

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
    if (modality === null) return t.buyer.kinds[kind];
    return known === undefined ? `${t.buyer.kinds[kind]}, ${modality}` : `${known} (${modality})`;
  };
};

const monthText = ({ year, month }: YearMonth, language: string): string =>
  new Intl.DateTimeFormat(language, { year: 'numeric', month: 'short', timeZone: 'UTC' }).format(Date.UTC(year, month - 1));

/** The time that data are about. */
export const Period = ({ period }: { period: Descriptor['period'] }): ReactNode => {
  const { t, language } = useText();
  if (period === null) return t.buyer.noPeriod;
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
  if (codes.length === 0) return <span className="soft">{t.buyer.noCodes}</span>;
  const shown = codes.slice(0, most);
  return (
    <ul role="list" className={styles.codes}>
      {shown.map((code) => (
        <li key={`${code.system}:${code.code}`}>
          <CodeText code={code} />
        </li>
      ))}
      {shown.length < codes.length && <li className="soft">{t.buyer.moreCodes(format.number(codes.length - shown.length))}</li>}
    </ul>
  );
};

const MOODS: Readonly<Record<Tier, Mood>> = { Exemplary: 'good', Trusted: 'good', Standard: 'plain', Restricted: 'warn' };

/** A seller's standing. */
export const TierTag = ({ tier }: { tier: Tier }): ReactNode => {
  const { t } = useText();
  return <Tag mood={MOODS[tier]}>{t.domain.tier[tier]}</Tag>;
};

/** All that is known about what a record contains. */
export const DescriptorFacts = ({ descriptor }: { descriptor: Descriptor }): ReactNode => {
  const { t, format } = useText();
  const kindOf = useKindOf();
  const { plaintext_size, media_type, completeness, counts, codes, period } = descriptor;
  return (
    <dl className="facts">
      <dt>{t.buyer.kind}</dt>
      <dd>{kindOf(descriptor)}</dd>
      <dt>{t.buyer.period}</dt>
      <dd>
        <Period period={period} />
      </dd>
      <dt>{t.buyer.complete}</dt>
      <dd>{t.buyer.completeText(format.number(completeness))}</dd>
      <dt>{t.buyer.size}</dt>
      <dd>
        <Bytes size={plaintext_size} />
      </dd>
      <dt>{t.buyer.format}</dt>
      <dd>
        <code>{media_type}</code>
      </dd>
      {counts.length > 0 && (
        <>
          <dt>{t.buyer.contents}</dt>
          <dd>{format.list(counts.map(({ of, number }) => `${format.number(number)} × ${of === 'frames' ? t.buyer.frames : of}`))}</dd>
        </>
      )}
      <dt>{t.buyer.codes}</dt>
      <dd>
        <Codes codes={codes} />
      </dd>
    </dl>
  );
};
