// What is around every page: where one is, whom one acts as, and how the chain is.

import { Suspense, useEffect, useRef, useState, type ReactNode } from 'react';
import { NavLink, Outlet, useLocation } from 'react-router';
import { useText } from '../i18n/context.js';
import { Button } from '../ui/controls.js';
import { Boundary, Skeleton } from '../ui/state.js';
import { AccountButton } from './account.js';
import { Broken } from './broken.js';
import { ConnectionBanner, ConnectionStatus } from './connection.js';
import css from './shell.module.css';

const PAGES = [
  ['home', '/'],
  ['auditor', '/reviews'],
  ['provider', '/records'],
  ['buyer', '/market'],
  ['explorer', '/explorer'],
  ['council', '/council'],
  ['settings', '/settings'],
] as const;

export const Shell = (): ReactNode => {
  const { t } = useText();
  const { pathname } = useLocation();
  const [menu, setMenu] = useState(false);
  const main = useRef<HTMLElement>(null);
  const before = useRef(pathname);
  useEffect(() => {
    setMenu(false);
    // A new page begins at its top, for eyes and screen readers alike; but the first one does not take the focus.
    if (before.current === pathname) return;
    before.current = pathname;
    globalThis.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname]);
  return (
    <div className={css.shell}>
      <a
        className={css.skip}
        href="#main"
        onClick={(event) => {
          // The address after `#` is the page's.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t.shell.skip}
      </a>
      <header className={css.bar}>
        <NavLink to="/" className={css.brand ?? ''}>
          <img src="./icon.svg" alt="" width="28" height="28" />
          <span className={css.brandName}>{t.shell.name}</span>
        </NavLink>
        <div className={css.tools}>
          <ConnectionStatus />
          <AccountButton />
          <div className={css.menuButton}>
            <Button look="quiet" compact aria-expanded={menu} aria-controls="pages" onPress={() => setMenu(!menu)}>
              {t.shell.menu}
            </Button>
          </div>
        </div>
      </header>
      <nav id="pages" className={`${css.nav} ${menu ? css.open : ''}`} aria-label={t.shell.nav.label}>
        <ul role="list">
          {PAGES.map(([name, path]) => (
            <li key={name}>
              <NavLink to={path} end={path === '/'} className={css.link ?? ''}>
                {t.shell.nav[name]}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" ref={main} tabIndex={-1} className={css.main}>
        <ConnectionBanner />
        <Boundary page={pathname} fallback={<Broken />}>
          <Suspense fallback={<Skeleton lines={8} />}>
            <Outlet />
          </Suspense>
        </Boundary>
      </main>
    </div>
  );
};
