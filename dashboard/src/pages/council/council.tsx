import type { ReactNode } from 'react';
import { useText } from '../../i18n/context.js';
import { Page } from '../../ui/page.js';

const Council = (): ReactNode => {
  const { t } = useText();
  return <Page title={t.council.title}>{null}</Page>;
};

export default Council;
