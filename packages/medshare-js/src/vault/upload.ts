// Uploads: whole, or in pieces that can be gone on with (tus 1.0.0).

import { base64 } from '@scure/base';
import { utf8, type Hex } from '../bytes.js';
import { MedshareError } from '../error.js';
import type { Signer } from '../signer.js';
import type { Options } from '../stream.js';
import type { Uploaded, VaultClient } from './client.js';
import { persist, unexpected } from './http.js';

/** Most bytes of one request: `fetch` does not tell how far one is, and what came with one is safe. */
const PIECE = 16 << 20;

const TUS = { 'tus-resumable': '1.0.0' };

/** Without the `0x` of addresses, as paths have it. */
const digits = (address: Hex): string => address.slice(2);

export const uploadWhole = (
  vault: VaultClient,
  signer: Signer,
  blob: Blob,
  address: Hex,
  { progress, signal }: Options,
): Promise<Uploaded> =>
  persist(
    vault.patience,
    async () => {
      const headers = { 'content-type': 'application/octet-stream' };
      const response = await vault.request(signer, 'PUT', `/v1/blobs/${digits(address)}`, {
        body: blob,
        hash: address,
        headers,
        signal,
      });
      const uploaded = (await response.json().catch(() => ({}))) as Partial<Uploaded>;
      if (uploaded.blob !== address || uploaded.size !== blob.size) {
        throw unexpected(vault.address, `it confirmed the blob ${uploaded.blob} of ${uploaded.size} bytes`);
      }
      progress?.(blob.size);
      return { blob: address, size: blob.size, created: uploaded.created === true };
    },
    { signal },
  );

export const uploadInPieces = async (
  vault: VaultClient,
  signer: Signer,
  blob: Blob,
  address: Hex,
  { progress, signal }: Options,
): Promise<Uploaded> => {
  const path = `/v1/uploads/${digits(address)}`;
  const state = { offset: 0, sent: false, begunAnew: false };

  const attempt = async (): Promise<void> => {
    const metadata = `address ${base64.encode(utf8(digits(address)))}`;
    await vault.request(signer, 'POST', '/v1/uploads', {
      hash: address,
      headers: { ...TUS, 'upload-length': `${blob.size}`, 'upload-metadata': metadata },
      signal,
    });
    const found = await vault.request(signer, 'HEAD', path, { headers: TUS, signal });
    const length = numberIn(vault, found, 'upload-length');
    state.offset = numberIn(vault, found, 'upload-offset');
    if (length !== blob.size || state.offset > length) {
      throw unexpected(vault.address, `an upload of ${length} bytes that is at ${state.offset}`);
    }
    // If all has come, an empty piece has the vault look at it, unless it has done so already.
    do {
      const piece = blob.slice(state.offset, state.offset + PIECE);
      const answer = await vault.request(signer, 'PATCH', path, {
        body: piece,
        hash: address,
        headers: { ...TUS, 'upload-offset': `${state.offset}`, 'content-type': 'application/offset+octet-stream' },
        signal,
      });
      const now = numberIn(vault, answer, 'upload-offset');
      if (now !== state.offset + piece.size) {
        throw unexpected(vault.address, `an upload that is at ${now} after ${piece.size} bytes at ${state.offset}`);
      }
      state.sent ||= piece.size > 0;
      state.offset = now;
      progress?.(now);
    } while (state.offset < blob.size);
  };

  await persist(vault.patience, attempt, {
    progress: () => state.offset,
    signal,
    again: (error) => {
      const code = error instanceof MedshareError ? error.problem?.code : undefined;
      // What had come before us was damaged, and the vault has thrown it away: once more from the beginning.
      if (code === 'address-mismatch' && !state.begunAnew) {
        [state.begunAnew, state.offset] = [true, 0];
        return true;
      }
      // It expired, was ended, or another request for it came between.
      return code === 'upload-unknown' || code === 'upload-offset' || code === 'upload-interrupted';
    },
  });
  return { blob: address, size: blob.size, created: state.sent };
};

const numberIn = (vault: VaultClient, response: Response, name: string): number => {
  const text = response.headers.get(name) ?? '';
  if (!/^\d+$/.test(text)) throw unexpected(vault.address, `no number in the header ${name}`);
  return Number(text);
};
