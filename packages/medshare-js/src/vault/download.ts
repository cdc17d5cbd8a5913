// Downloads: resumed, bounded by what the chain says, and verified.

import { MedshareError } from '../error.js';
import type { Signer } from '../signer.js';
import { Digest, type Options } from '../stream.js';
import type { Link, LinkRequest, VaultClient } from './client.js';
import { check, persist, unexpected, unreachable } from './http.js';

/** What is to be downloaded, with its size as the chain has it: a vault cannot send something else without end. */
interface Download extends LinkRequest {
  readonly size: number;
}

const wrong = (message: string): MedshareError =>
  new MedshareError('WrongBlob', message, {
    hint: "The vault's copy is damaged, or the vault lies: use another vault of this version, or report it.",
  });

export const download = async (
  vault: VaultClient,
  signer: Signer,
  what: Download,
  sink: WritableStream<Uint8Array>,
  options: Options,
): Promise<void> => {
  const writer = sink.getWriter();
  try {
    await fill(vault, signer, what, writer, options);
    await writer.close();
  } catch (error) {
    // Who writes may have failed already, and then has said why.
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
};

const fill = async (
  vault: VaultClient,
  signer: Signer,
  what: Download,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { progress, signal }: Options,
): Promise<void> => {
  const digest = new Digest();
  let link: Link | undefined;
  const take = async (piece: Uint8Array): Promise<void> => {
    const have = digest.bytes + piece.length;
    if (have > what.size) throw wrong(`the vault sends more than the ${what.size} bytes that the blob has`);
    digest.update(piece);
    await writer.write(piece);
    progress?.(have);
  };
  await persist(
    vault.patience,
    async () => {
      link ??= await vault.link(signer, what);
      await fetchFrom(vault, link, what, digest.bytes, take, signal);
    },
    {
      progress: () => digest.bytes,
      signal,
      again: (error) => {
        const expired = error instanceof MedshareError && error.problem?.code === 'link-expired';
        if (expired) link = undefined;
        return expired;
      },
    },
  );
  const found = digest.finish();
  if (found !== what.blob) throw wrong(`the vault sent ${what.size} bytes with the SHA-256 ${found}, not the blob ${what.blob}`);
};

/** One connection: from where we are to the end. */
const fetchFrom = async (
  vault: VaultClient,
  link: Link,
  { size }: Download,
  have: number,
  take: (piece: Uint8Array) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> => {
  const silence = new AbortController();
  const either = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = (): void => {
    clearTimeout(timer);
    const idle = (): void => silence.abort(unreachable(vault.address, new Error('it has sent nothing for too long')));
    timer = setTimeout(idle, vault.patience.idle);
  };
  listen();
  try {
    // The link may lead to the store in which the vault keeps its blobs: nothing of ours goes there.
    const headers: Record<string, string> = have > 0 ? { range: `bytes=${have}-` } : {};
    const response = await check(
      vault.address,
      await vault.get(new URL(link.url, vault.address), { headers, signal: either }),
    );
    const wanted = have > 0 ? 206 : 200;
    if (response.status !== wanted || response.body === null) {
      throw unexpected(vault.address, `${response.status} instead of ${wanted}`);
    }
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        signal?.throwIfAborted();
        throw unreachable(vault.address, silence.signal.aborted ? silence.signal.reason : error);
      });
      if (done) break;
      clearTimeout(timer);
      await take(value).catch(async (error: unknown) => {
        await reader.cancel().catch(() => undefined);
        throw error;
      });
      have += value.length;
      listen();
    }
    // It ended early without an error: as good as a broken connection.
    if (have < size) throw unreachable(vault.address, new Error(`it sent ${have} of ${size} bytes`));
  } finally {
    clearTimeout(timer);
  }
};
