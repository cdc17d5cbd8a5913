import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Explorer = lazy(() => import('./explorer.js'));
const Find = lazy(() => import('./find-page.js'));
const RecordStory = lazy(() => import('./record.js'));
const OrderStory = lazy(() => import('./order.js'));
const AccountStory = lazy(() => import('./account.js'));
const BlockPage = lazy(() => import('./block.js'));

export const explorerRoutes: RouteObject[] = [
  {
    path: 'explorer',
    children: [
      { index: true, element: <Explorer /> },
      { path: 'find/:text', element: <Find /> },
      { path: 'record/:id', element: <RecordStory /> },
      { path: 'order/:id', element: <OrderStory /> },
      { path: 'account/:address', element: <AccountStory /> },
      { path: 'block/:id', element: <BlockPage /> },
    ],
  },
];
