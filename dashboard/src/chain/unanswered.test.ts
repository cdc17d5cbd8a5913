import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect, test } from 'vitest';
import { NotConnected } from './errors.js';
import { unanswered } from './unanswered.js';

test('what is not answered stays so while it is asked again, until there is an answer', async () => {
  const answers: (Error | string)[] = [new Error('behind'), new Error('still behind'), new NotConnected(), 'there', new Error('behind again')];
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: 'always' } } });
  const observer = new QueryObserver(queries, {
    queryKey: ['index'],
    queryFn: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  let why: unknown;
  const seen: [string, string | undefined][] = [];
  const stop = observer.subscribe((query) => {
    why = unanswered(why, query);
    seen.push([query.status, why instanceof Error ? why.message : undefined]);
  });
  while (answers.length > 0) await observer.refetch();
  stop();
  queries.clear();
  expect(seen.filter(([status], at) => status !== seen[at - 1]?.[0])).toEqual([
    ['pending', undefined],
    ['error', 'behind'],
    ['pending', 'behind'],
    ['error', 'still behind'],
    ['pending', 'still behind'],
    ['error', 'still behind'],
    ['pending', 'still behind'],
    ['success', undefined],
    ['error', undefined],
  ]);
});
