// The buyer's pages.

import type { RouteObject } from 'react-router';

export const buyerRoutes: RouteObject[] = [
  { path: 'market', lazy: async () => ({ Component: (await import('./SearchPage.js')).SearchPage }) },
  { path: 'market/records/:record', lazy: async () => ({ Component: (await import('./OfferPage.js')).OfferPage }) },
  { path: 'market/orders', lazy: async () => ({ Component: (await import('./OrdersPage.js')).OrdersPage }) },
  { path: 'market/orders/:order', lazy: async () => ({ Component: (await import('./OrderPage.js')).OrderPage }) },
  { path: 'market/access', lazy: async () => ({ Component: (await import('./AccessPage.js')).AccessPage }) },
];
