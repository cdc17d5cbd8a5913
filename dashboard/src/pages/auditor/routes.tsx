import { lazy } from 'react';
import type { RouteObject } from 'react-router';

const Auditor = lazy(() => import('./auditor.js'));
const Review = lazy(() => import('./review.js'));

export const auditorRoutes: RouteObject[] = [
  { path: 'reviews', element: <Auditor /> },
  { path: 'reviews/record/:record/:version', element: <Review /> },
  { path: 'reviews/claim/:order', element: <Review /> },
];
