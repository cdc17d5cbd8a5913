import type { ReactNode } from 'react';
import { useText } from '../../i18n/context.js';
import { Page } from '../../ui/page.js';

const Provider = (): ReactNode => {
  const { t } = useText();
  return <Page title={t.provider.title}>{null}</Page>;
};

export default Provider;
