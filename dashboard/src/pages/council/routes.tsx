import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Council = lazy(() => import('./council.js'));

export const councilRoutes: RouteObject[] = [{ path: 'council', element: <Council /> }];
