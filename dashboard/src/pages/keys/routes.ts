// The page of one's own keys.

import type { RouteObject } from 'react-router';

export const keysRoutes: RouteObject[] = [{ path: 'keys', lazy: async () => ({ Component: (await import('./KeysPage.js')).KeysPage }) }];
