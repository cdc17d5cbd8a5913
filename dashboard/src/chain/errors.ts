// What went wrong, told apart as far as somebody can act on it.

export type Problem =
  /** The node keeps no index, or is older than the index. */
  | { readonly kind: 'no-index' }
  /** The index is behind, or stopped; the node says why. */
  | { readonly kind: 'index-behind'; readonly detail: string }
  /** The answer takes too long, or too many wait for theirs. */
  | { readonly kind: 'busy' }
  /** The cursor belongs to another query: begin from the first page. */
  | { readonly kind: 'stale-page' }
  /** There is no such record, version or order. */
  | { readonly kind: 'unknown' }
  /** The node has thrown the state of that block away, or does not know the block. */
  | { readonly kind: 'no-state'; readonly detail: string }
  | { readonly kind: 'disconnected' }
  /** Something with words of its own, in English, and perhaps a name and what to do. */
  | { readonly kind: 'told'; readonly message: string; readonly named?: Named; readonly hint?: string };

/** What an error is called by what it comes from. */
export interface Named {
  /** Its stable name. */
  readonly code: string;
  /** The class of errors that has this name, such as `FilesError`: another may have the same name for something else. */
  readonly from?: string;
  /** Why a vault refused: the stable name that it has for it. */
  readonly vault?: string;
}

const detailOf = (data: unknown): string => {
  if (typeof data === 'string') return data;
  return data === undefined || data === null ? '' : JSON.stringify(data);
};

/** What an error of the node, the vault, the keys or the browser means. */
export const problemOf = (error: unknown): Problem => {
  const { code, data, name } = (error ?? {}) as { code?: unknown; data?: unknown; name?: string };
  switch (code) {
    case -32601:
    case 9005:
      return { kind: 'no-index' };
    case 9001:
      return { kind: 'unknown' };
    case 9003:
    case 9004:
      return { kind: 'no-state', detail: detailOf(data) };
    case 9006:
      return { kind: 'index-behind', detail: detailOf(data) };
    case 9007:
      return { kind: 'stale-page' };
    case 9008:
      return { kind: 'busy' };
  }
  if (name === 'NetworkDisconnectedError' || error instanceof NotConnected) return { kind: 'disconnected' };
  // The keys, vaults and readers of files say what to do.
  const { hint, problem } = (error ?? {}) as { hint?: unknown; problem?: { code?: unknown } };
  const vault = problem?.code;
  return {
    kind: 'told',
    message: error instanceof Error ? error.message : String(error),
    ...(typeof code === 'string'
      ? { named: { code, ...(typeof name === 'string' ? { from: name } : {}), ...(typeof vault === 'string' ? { vault } : {}) } }
      : {}),
    ...(typeof hint === 'string' ? { hint } : {}),
  };
};

/** Whether a page tells of a query's error: that there is no connection the shell alone says, and what was asked is asked again. */
export const isTold = ({ isError, error }: { readonly isError: boolean; readonly error: unknown }): boolean =>
  isError && problemOf(error).kind !== 'disconnected';

/** Something was asked of the chain while there is no connection. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}
