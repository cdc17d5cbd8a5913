// What this browser keeps for its reader. It may have nothing, be full, or refuse: where storage is blocked, already asking for it
// throws a SecurityError. Then it is as if nothing had been kept.

/** What is kept under a name; null if nothing is, or the browser does not say. */
export const kept = (name: string): string | null => {
  try {
    return globalThis.localStorage.getItem(name);
  } catch {
    return null;
  }
};

/** Keeps a text under a name, or with null forgets it. Whether the browser has done so. */
export const keep = (name: string, text: string | null): boolean => {
  try {
    if (text === null) globalThis.localStorage.removeItem(name);
    else globalThis.localStorage.setItem(name, text);
    return true;
  } catch {
    return false;
  }
};
