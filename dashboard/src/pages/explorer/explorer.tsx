import type { ReactNode } from 'react';
import { useText } from '../../i18n/context.js';
import { Page } from '../../ui/page.js';

const Explorer = (): ReactNode => {
  const { t } = useText();
  return <Page title={t.explorer.title}>{null}</Page>;
};

export default Explorer;
