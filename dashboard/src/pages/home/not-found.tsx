import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useText } from '../../i18n/context.js';
import { Page } from '../../ui/page.js';

export const NotFound = (): ReactNode => {
  const { t } = useText();
  return (
    <Page title={t.shell.notFound.title} lead={t.shell.notFound.text}>
      <p>
        <Link to="/">{t.shell.notFound.home}</Link>
      </p>
    </Page>
  );
};
