// What the browser does not connect with, because the server of the app did not name it in its content security policy.

import { useSyncExternalStore } from 'react';
import { Store } from './connection.js';

const blocked = new Store<readonly string[]>([]);

/** Notes from now on what the browser refuses to connect with. */
export const watchBlocked = (page: EventTarget): void => {
  page.addEventListener('securitypolicyviolation', (event) => {
    const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
    const known = blocked.get();
    if (effectiveDirective === 'connect-src' && !known.includes(blockedURI)) blocked.set([...known, blockedURI]);
  });
};

/** Whether an address is among those that were refused. Browsers tell the whole address, its origin, or only its scheme. */
export const isBlocked = (refused: readonly string[], address: string): boolean => {
  const url = URL.parse(address);
  if (url === null) return false;
  return refused.some((uri) => {
    if (uri === url.protocol.slice(0, -1)) return true;
    const other = URL.parse(uri);
    return other?.protocol === url.protocol && other.host === url.host;
  });
};

/** What was refused up to now. */
export const useBlocked = (): readonly string[] => useSyncExternalStore(blocked.subscribe, blocked.get);
