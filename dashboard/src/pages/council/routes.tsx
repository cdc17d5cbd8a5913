import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Council = lazy(() => import('./council.js'));
const Propose = lazy(() => import('./propose.js'));

export const councilRoutes: RouteObject[] = [
  {
    path: 'council',
    children: [
      { index: true, element: <Council /> },
      { path: 'propose', element: <Propose /> },
    ],
  },
];
