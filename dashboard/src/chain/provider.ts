// One WebSocket connection to a node, which ends once and for all.

// dedot marks with underscores what its providers share with those that extend them.
/* oxlint-disable no-underscore-dangle */

import { WsProvider } from 'dedot';
import { NotConnected } from './errors.js';

/**
 * dedot's provider without its own way of connecting again, as {@link Connection} has: there, what was asked when a connection
 * breaks would wait for ever. Here it fails at once, and so does what is asked later.
 */
export class NodeProvider extends WsProvider {
  #ended = false;

  /** `patience` is how many ms an answer may take. */
  constructor(node: string, patience: number) {
    super({ endpoint: node, retryDelayMs: 0, timeout: patience });
  }

  override send<T = unknown>(method: string, params: unknown[]): Promise<T> {
    if (this.#ended) return Promise.reject(new NotConnected(`${method} was not asked: there is no connection`));
    return super.send<T>(method, params);
  }

  /** Ends the connection, if there still is one, and fails what waits for an answer. */
  override async disconnect(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    const waiting = Object.values(this._handlers);
    if (this.__unsafeWs()) await super.disconnect();
    else this._cleanUp();
    for (const { defer, request } of waiting) {
      defer.reject(new NotConnected(`${request.method} was not answered: the connection broke`));
    }
  }
}
