import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { useText } from '../../i18n/context.js';
import { Page } from '../../ui/page.js';
import css from './home.module.css';

/** Where each of the four kinds of people goes. */
export const Home = (): ReactNode => {
  const { t } = useText();
  const texts = t.shell.home;
  const doors = [
    ['/records', texts.asProvider, texts.asProviderText],
    ['/reviews', texts.asAuditor, texts.asAuditorText],
    ['/market', texts.asBuyer, texts.asBuyerText],
    ['/explorer', texts.asPublic, texts.asPublicText],
  ] as const;
  return (
    <Page title={texts.title} lead={texts.lead}>
      <ul role="list" className={css.doors}>
        {doors.map(([to, title, text]) => (
          <li key={to}>
            <Link to={to} className={css.door}>
              <h2>{title}</h2>
              <p>{text}</p>
            </Link>
          </li>
        ))}
      </ul>
    </Page>
  );
};
