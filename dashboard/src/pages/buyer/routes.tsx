import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Buyer = lazy(() => import('./buyer.js'));

export const buyerRoutes: RouteObject[] = [{ path: 'market', element: <Buyer /> }];
