// The provider's pages: what they have in common.

import { Suspense, type ReactNode } from 'react';
import { NavLink, Outlet, useOutletContext } from 'react-router';
import { useAccounts } from '../../accounts/context.js';
import { useChainQuery } from '../../chain/context.js';
import { NodeClient } from '../../chain/node-client.js';
import { useText } from '../../i18n/context.js';
import { Page } from '../../ui/page.js';
import { Empty, Skeleton } from '../../ui/state.js';
import styles from './provider.module.css';

const TABS = [
  ['records', ''],
  ['share', 'share'],
  ['sales', 'sales'],
  ['access', 'access'],
  ['credit', 'credit'],
] as const;

const Provider = (): ReactNode => {
  const { t } = useText();
  const { account } = useAccounts();
  const me = account?.address;
  const member = useChainQuery(['member', me], me === undefined ? undefined : (client) => new NodeClient(client).member(me));
  const isProvider = member.data?.status === 'Active' && member.data.roles.includes('Provider');
  return (
    <Page title={t.provider.title} lead={t.provider.lead}>
      <nav className="tablist" aria-label={t.provider.tabs.label}>
        {TABS.map(([name, path]) => (
          <NavLink key={name} to={path} end={path === ''} className={({ isActive }) => `tab ${styles['tab']} ${isActive ? styles['here'] : ''}`}>
            {t.provider.tabs[name]}
          </NavLink>
        ))}
      </nav>
      {me === undefined ? (
        <Empty title={t.chain.account.none}>
          <p>{t.chain.account.needAccount}</p>
        </Empty>
      ) : (
        <>
          {member.isSuccess && !isProvider && <p className="note warn">{t.provider.notProvider}</p>}
          <Suspense fallback={<Skeleton lines={8} />}>
            <Outlet context={me} />
          </Suspense>
        </>
      )}
    </Page>
  );
};

/** The account that acts on the provider's pages. */
export const useMe = (): string => useOutletContext<string>();

export default Provider;
