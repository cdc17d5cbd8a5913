import type { ReactNode } from 'react';
import { useText } from '../../i18n/context.js';
import { Page } from '../../ui/page.js';

const Buyer = (): ReactNode => {
  const { t } = useText();
  return <Page title={t.buyer.title}>{null}</Page>;
};

export default Buyer;
