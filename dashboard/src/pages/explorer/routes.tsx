import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Explorer = lazy(() => import('./explorer.js'));

export const explorerRoutes: RouteObject[] = [{ path: 'explorer', element: <Explorer /> }];
