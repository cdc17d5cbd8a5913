import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** What was asked of a worker that has a key open and answers nothing else. */
class Thread extends EventTarget {
  terminated = false;

  postMessage({ id, type, path }: { id?: string; type?: string; path?: string[] }): void {
    if (type !== 'APPLY' || path?.[0] !== 'development') return;
    const value = { ok: { address: '5Alice', account: '0x01', publicKeys: [] } };
    queueMicrotask(() => this.dispatchEvent(new MessageEvent('message', { data: { id, type: 'RAW', value } })));
  }

  terminate(): void {
    this.terminated = true;
  }
}

let threads: Thread[];
beforeEach(() => {
  threads = [];
  vi.stubGlobal(
    'Worker',
    class extends Thread {
      constructor() {
        super();
        threads.push(this);
      }
    },
  );
});
afterEach(() => void vi.unstubAllGlobals());

it('what is asked of keys that are locked ends with an error', async () => {
  const { openDevelopment } = await import('./keyring.js');
  const keyring = await openDevelopment('Alice');
  expect(keyring.keys.address).toBe('5Alice');
  const before = expect(keyring.signer.sign('text')).rejects.toMatchObject({ name: 'KeyError', code: 'Locked' });
  keyring.lock();
  await before;
  await expect(keyring.signBytes(new Uint8Array())).rejects.toMatchObject({ code: 'Locked' });
  expect(threads).toMatchObject([{ terminated: true }]);
});
