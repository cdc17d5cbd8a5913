// What buyers see of a version before they have it, and what its owner permits.

import type { ReactNode } from 'react';
import type { Policy, Purpose } from '../../chain/shapes.js';
import type { RecordVersion } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { DescriptorFacts } from '../../ui/descriptor.js';
import { Section } from '../../ui/page.js';
import { RecordLink } from '../../ui/values.js';
import { Permitted, PolicyText, PurposeForm } from './consent.js';

/** What is known of a version without opening it, and whether its owner permits a purpose. `children` say who that is. */
export const About = ({ record, version, stored, policy, purpose, onPurpose, children }: {
  record: number;
  version: number;
  stored: RecordVersion;
  policy: Policy;
  purpose: Purpose;
  onPurpose: (purpose: Purpose) => void;
  children: ReactNode;
}): ReactNode => {
  const { t } = useText();
  return (
    <div className="stack wide">
      <Section title={t.buyer.about}>
        <p className="soft">{t.buyer.aboutLead}</p>
        <DescriptorFacts descriptor={stored.content.descriptor}>
          {children}
          <dt>{t.domain.version}</dt>
          <dd>{version}</dd>
          <dt>{t.domain.record}</dt>
          <dd>
            <RecordLink record={record} />
          </dd>
        </DescriptorFacts>
      </Section>
      <Section title={t.buyer.policy}>
        <PolicyText policy={policy} />
        <PurposeForm label={t.buyer.use} purpose={purpose} onChange={(chosen) => chosen && onPurpose(chosen)} />
        <p className="soft small">{t.buyer.purposeBinds}</p>
        <div aria-live="polite">
          <Permitted policy={policy} purpose={purpose} />
        </div>
      </Section>
    </div>
  );
};
