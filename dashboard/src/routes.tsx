// Which address is which page. Pages are loaded when they are first opened.

import type { RouteObject } from 'react-router';
import { auditorRoutes } from './pages/auditor/routes.js';
import { buyerRoutes } from './pages/buyer/routes.js';
import { councilRoutes } from './pages/council/routes.js';
import { explorerRoutes } from './pages/explorer/routes.js';
import { Home } from './pages/home/home.js';
import { NotFound } from './pages/home/not-found.js';
import { Settings } from './pages/home/settings.js';
import { keysRoutes } from './pages/keys/routes.js';
import { providerRoutes } from './pages/provider/routes.js';
import { Broken } from './shell/broken.js';
import { Shell } from './shell/shell.js';

export const routes: RouteObject[] = [
  {
    path: '/',
    element: <Shell />,
    errorElement: <Broken />,
    HydrateFallback: () => null,
    children: [
      { index: true, element: <Home /> },
      ...auditorRoutes,
      ...providerRoutes,
      ...buyerRoutes,
      ...explorerRoutes,
      ...councilRoutes,
      ...keysRoutes,
      { path: 'settings', element: <Settings /> },
      { path: '*', element: <NotFound /> },
    ],
  },
];
