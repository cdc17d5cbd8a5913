// What several of the buyer's pages have: the way between them, and a seller's standing.

import type { ReactNode } from 'react';
import { NavLink } from 'react-router';
import type { Tier } from '../../chain/shapes.js';
import { useText } from '../../i18n/context.js';
import { Tag, type Mood } from '../../ui/values.js';

/** The buyer's pages, as links. */
export const BuyerNav = (): ReactNode => {
  const { t } = useText();
  return (
    <nav aria-label={t.buyer.title} className="row">
      <NavLink to="/market" end>
        {t.buyer.find}
      </NavLink>
      <NavLink to="/market/orders">{t.buyer.orders}</NavLink>
      <NavLink to="/market/access">{t.buyer.access}</NavLink>
    </nav>
  );
};

const MOODS: Readonly<Record<Tier, Mood>> = { Exemplary: 'good', Trusted: 'good', Standard: 'plain', Restricted: 'warn' };

/** A seller's standing. */
export const TierTag = ({ tier }: { tier: Tier }): ReactNode => {
  const { t } = useText();
  return <Tag mood={MOODS[tier]}>{t.domain.tier[tier]}</Tag>;
};
