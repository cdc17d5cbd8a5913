import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Provider = lazy(() => import('./provider.js'));

export const providerRoutes: RouteObject[] = [{ path: 'records', element: <Provider /> }];
