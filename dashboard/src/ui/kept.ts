// Keeps what was there until there is something new: nothing on the screen jumps.

import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';

/** The newest of values that may be missing for a while. A value must be the same object as long as it does not change. */
export const useKept = <T>(value: T | undefined): T | undefined => {
  const [kept, setKept] = useState(value);
  if (value !== undefined && value !== kept) setKept(value);
  return value ?? kept;
};

/** A query that still has what was read before while something else is asked. */
export const useKeptQuery = <T>(query: UseQueryResult<T>): UseQueryResult<T> => {
  const data = useKept(query.data);
  return data === undefined ? query : ({ ...query, data } as UseQueryResult<T>);
};
