import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Provider = lazy(() => import('./provider.js'));
const Records = lazy(() => import('./records.js'));
const Share = lazy(() => import('./share.js'));
const Sales = lazy(() => import('./sales.js'));
const Access = lazy(() => import('./access.js'));
const Credit = lazy(() => import('./credit.js'));
const RecordPage = lazy(() => import('./record.js'));

export const providerRoutes: RouteObject[] = [
  {
    path: 'records',
    element: <Provider />,
    children: [
      { index: true, element: <Records /> },
      { path: 'share', element: <Share /> },
      { path: 'sales', element: <Sales /> },
      { path: 'access', element: <Access /> },
      { path: 'credit', element: <Credit /> },
      { path: ':record', element: <RecordPage /> },
    ],
  },
];
