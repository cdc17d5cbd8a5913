// What a page shows while it waits, when there is nothing, and when it could not be read.

import type { UseQueryResult } from '@tanstack/react-query';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { isTold, problemOf } from '../chain/errors.js';
import { useText } from '../i18n/context.js';
import type { Catalogue } from '../i18n/en/index.js';
import { Button } from './controls.js';

/** Grey lines in the place of what is being read. `lines` as many as there will be, so that nothing moves. */
export const Skeleton = ({ lines = 3 }: { lines?: number }): ReactNode => {
  const { t } = useText();
  return (
    <div className="stack tight" role="status">
      <span className="hidden">{t.shell.loading}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="skeleton" aria-hidden />
      ))}
    </div>
  );
};

/** There is nothing, and what to do about it. */
export const Empty = ({ title, children }: { title: string; children?: ReactNode }): ReactNode => (
  <div className="empty">
    <strong>{title}</strong>
    {children}
  </div>
);

/** What an error is, in the reader's language, and what to do. */
export const explain = (error: unknown, t: Catalogue): { what: string; hint?: string; detail?: string } => {
  const problem = problemOf(error);
  const texts = t.chain.problem;
  switch (problem.kind) {
    case 'no-index':
      return { what: texts.noIndex, hint: texts.noIndexHint };
    case 'index-behind':
      return { what: texts.indexBehind, hint: texts.indexBehindHint, detail: problem.detail };
    case 'stale-page':
      return { what: texts.stalePage, hint: texts.stalePageHint };
    case 'busy':
      return { what: texts.busy, hint: texts.busyHint };
    case 'unknown':
      return { what: texts.unknown, hint: texts.unknownHint };
    case 'no-state':
      return { what: texts.noState, hint: texts.noStateHint, detail: problem.detail };
    case 'disconnected':
      return { what: texts.disconnected, hint: texts.disconnectedHint };
    case 'told': {
      const { named, message, hint } = problem;
      const what = named === undefined ? message : texts.told(named, message);
      if (what !== message) return { what, detail: hint === undefined ? message : `${message}. ${hint}` };
      return { what, ...(hint === undefined ? {} : { hint }) };
    }
  }
};

/** An error with what to do about it. */
export const Problem = ({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }): ReactNode => {
  const { t } = useText();
  const { what, hint, detail } = explain(error, t);
  // That there is no index is how the node is, and nothing that went wrong.
  const expected = problemOf(error).kind === 'no-index';
  return (
    <div className={`note ${expected ? 'warn' : 'bad'}`} role={expected ? 'note' : 'alert'}>
      <strong>{what}</strong>
      {hint !== undefined && <p>{hint}</p>}
      {detail !== undefined && detail !== '' && <p className="mono small">{detail}</p>}
      {onRetry && (
        <div>
          <Button compact onPress={onRetry}>
            {t.shell.retry}
          </Button>
        </div>
      )}
    </div>
  );
};

/** Why a query could not be read, if that is to be told. */
export const QueryProblem = ({ query }: { query: { readonly isError: boolean; readonly error: unknown; refetch(): unknown } }): ReactNode =>
  isTold(query) && <Problem error={query.error} onRetry={() => void query.refetch()} />;

/**
 * Shows what a query has read; a skeleton of `lines` before, the problem if there is one. What was read before stays below the
 * problem.
 */
export const Loaded = <T,>({
  query,
  lines,
  children,
}: {
  query: UseQueryResult<T>;
  lines?: number;
  children: (data: T) => ReactNode;
}): ReactNode => {
  if (query.data === undefined && !isTold(query)) return <Skeleton {...(lines === undefined ? {} : { lines })} />;
  return (
    <>
      <QueryProblem query={query} />
      {query.data !== undefined && children(query.data)}
    </>
  );
};

/** Keeps a page that throws from taking the app with it. A new `page` begins anew. */
export class Boundary extends Component<{ page: string; fallback: ReactNode; children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    reportError(new Error(`a page has stopped: ${String(error)}${info.componentStack ?? ''}`, { cause: error }));
  }

  override componentDidUpdate(before: { page: string }): void {
    if (before.page !== this.props.page && this.state.broken) this.setState({ broken: false });
  }

  override render(): ReactNode {
    return this.state.broken ? this.props.fallback : this.props.children;
  }
}
