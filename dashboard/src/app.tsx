import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { RouterProvider, createHashRouter } from 'react-router';
import { AccountProvider } from './accounts/context.js';
import { problemOf } from './chain/errors.js';
import { ChainProvider } from './chain/context.js';
import type { Config } from './config.js';
import { routes } from './routes.js';

/** What no second attempt changes: that there is no index, no such thing, another list. What is lost is asked once it is back. */
const FINAL = new Set(['no-index', 'unknown', 'stale-page', 'no-state', 'disconnected']);

const queryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => failures < 2 && !FINAL.has(problemOf(error).kind),
        // New blocks say when to ask again.
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });

export const App = ({ config }: { config: Config }): ReactNode => {
  const [queries] = useState(queryClient);
  // Addresses after `#`: every static server can serve the app, under any path.
  const [router] = useState(() => createHashRouter(routes));
  return (
    <QueryClientProvider client={queries}>
      <ChainProvider config={config}>
        <AccountProvider>
          <RouterProvider router={router} />
        </AccountProvider>
      </ChainProvider>
    </QueryClientProvider>
  );
};
