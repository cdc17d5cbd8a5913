// Policies and purposes in words.

import type { Policy, Purpose } from '../../chain/shapes.js';
import type { Catalogue } from '../../i18n/en/index.js';

/** What a policy permits, and under which conditions. */
export const policyWords = ({ permission, modifiers }: Policy, t: Catalogue): string[] => {
  const texts = t.consent;
  const permitted =
    typeof permission === 'string'
      ? texts.permission[permission]
      : texts.permission.DiseaseResearch(`${permission.DiseaseResearch.system} ${permission.DiseaseResearch.code}`);
  return [permitted, ...modifiers.map((modifier) => texts.modifier[modifier])];
};

/** What somebody intends. */
export const purposeWords = ({ use }: Purpose, t: Catalogue): string =>
  typeof use === 'string'
    ? t.consent.use[use]
    : `${t.consent.use.DiseaseResearch} (${use.DiseaseResearch.system} ${use.DiseaseResearch.code})`;
