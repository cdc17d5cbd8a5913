// Something that happened, with what and with whom.

import type { ReactNode } from 'react';
import { useText } from '../../i18n/context.js';
import type { Catalogue } from '../../i18n/en/index.js';
import { Account, Amount, Hash, OrderLink, RecordLink, Time } from '../../ui/values.js';
import { policyWords, purposeWords } from './consent-words.js';
import { shownAs, type Json } from './fields.js';
import css from './explorer.module.css';

/** What an event is called in the reader's language; its name on the chain if there is no word for it. */
export const eventWords = (t: Catalogue, pallet: string, event: string): string => {
  const words: Readonly<Record<string, string>> = t.explorer.event;
  return words[`${pallet}.${event}`] ?? `${pallet}.${event}`;
};

const wordOf = (t: Catalogue, word: string): string => {
  const known: Readonly<Record<string, string>> = {
    ...t.domain.role,
    ...t.domain.tier,
    ...t.domain.verdict,
    ...t.domain.finding,
    ...t.explorer.creditEvent,
  };
  return known[word] ?? word;
};

const Value = ({ name, value }: { name: string; value: Json }): ReactNode => {
  const { t, format } = useText();
  const shown = shownAs(name, value);
  switch (shown.as) {
    case 'account':
      return <Account address={shown.address} />;
    case 'record':
      return <RecordLink record={shown.record} />;
    case 'order':
      return <OrderLink order={shown.order} />;
    case 'subject':
      return 'Record' in shown.subject ? (
        <>
          <RecordLink record={shown.subject.Record.record} />
          {t.shell.comma}
          {t.explorer.version(format.number(shown.subject.Record.version))}
        </>
      ) : (
        <>
          {t.explorer.claimOn} <OrderLink order={shown.subject.Claim.order} />
        </>
      );
    case 'amount':
      return <Amount value={shown.amount} />;
    case 'time':
      return <Time ms={shown.ms} />;
    case 'hash':
      return <Hash value={shown.hash} />;
    case 'points':
      return format.number(shown.thousandths / 1000);
    case 'number':
      return format.number(shown.number);
    case 'flag':
      return shown.flag ? t.shell.yes : t.shell.no;
    case 'words':
      return format.list(shown.words.map((word) => wordOf(t, word)));
    case 'policy':
      return policyWords(shown.policy, t).join(' · ');
    case 'purpose':
      return purposeWords(shown.purpose, t);
    case 'nothing':
      return '–';
    case 'json':
      return <code className="small">{shown.json}</code>;
  }
};

/** The fields of an event, with names in the reader's language. */
export const Fields = ({ fields, without = [] }: { fields: Readonly<Record<string, unknown>>; without?: readonly string[] }): ReactNode => {
  const { t } = useText();
  const names: Readonly<Record<string, string>> = t.explorer.field;
  const shown = Object.entries(fields).filter(([name, value]) => !without.includes(name) && value !== null);
  if (shown.length === 0) return null;
  return (
    <dl className={css.fields}>
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{names[name] ?? name.replaceAll('_', ' ')}</dt>
          <dd>
            <Value name={name} value={value as Json} />
          </dd>
        </div>
      ))}
    </dl>
  );
};
