// What buyers and auditors see of a record before it is opened.

import type { ReactNode } from 'react';
import type { Descriptor, YearMonth } from '../chain/index-client.js';
import { useText } from '../i18n/context.js';
import { Bytes, Tag } from './values.js';

const month = ({ year, month: number }: YearMonth): string => `${year}-${String(number).padStart(2, '0')}`;

/** The facts of a descriptor, all of them. */
export const DescriptorFacts = ({ descriptor }: { descriptor: Descriptor }): ReactNode => {
  const { t, format } = useText();
  const texts = t.auditor;
  const { kind, media_type, modality, codes, counts, plaintext_size, completeness, period } = descriptor;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [texts.kind, t.domain.kind[kind]],
    [texts.mediaType, media_type],
    [texts.modality, modality],
    [texts.size, <Bytes key="size" size={plaintext_size} />],
    [texts.completeness, format.share(completeness / 100)],
    [texts.period, period && `${month(period[0])} – ${month(period[1])}`],
    [texts.counts, counts.length > 0 && counts.map(({ of, number }) => `${of} ${format.number(number)}`).join(', ')],
    [
      texts.codes,
      codes.length > 0 && (
        <span className="row">
          {codes.map(({ system, code }) => (
            <Tag key={`${system} ${code}`}>{`${system} ${code}`}</Tag>
          ))}
        </span>
      ),
    ],
  ];
  return (
    <dl className="facts">
      {facts.map(
        ([name, value]) =>
          value !== null &&
          value !== false && (
            <div key={name} style={{ display: 'contents' }}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
};
