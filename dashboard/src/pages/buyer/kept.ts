// Keeps what was there until there is something new: nothing on the screen jumps.

import { useState } from 'react';

/** The newest of values that may be missing for a while. A value must be the same object as long as it does not change. */
export const useKept = <T>(value: T | undefined): T | undefined => {
  const [kept, setKept] = useState(value);
  if (value !== undefined && value !== kept) setKept(value);
  return value ?? kept;
};
