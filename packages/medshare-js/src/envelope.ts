// Envelopes: files encrypted under a record key, in constant memory.
//
// An envelope is an age v1 file with one `medshare-v1` stanza; its plaintext is a small header with a salt, then the
// document. The SHA-256 of the envelope is its address; the salted SHA-256 of the document is the plaintext commitment.

import { randomBytes } from '@noble/hashes/utils.js';
import { Decrypter, Encrypter } from 'age-encryption';
import { toHex, type Hex } from './bytes.js';
import { MedshareError, reasonOf } from './error.js';
import { HEADER_LENGTH, commitmentHasher, header, parseHeader } from './header.js';
import type { RecordKey } from './record-key.js';
import { identityOf, recipientOf } from './stanza.js';
import { Digest, streamOf, tap, type Options, type Source } from './stream.js';

/** What a sealed file is on the chain. */
export interface Sealed {
  /** SHA-256 of the envelope: its address. */
  readonly ciphertext: Hex;
  /** Bytes of the envelope. */
  readonly size: number;
  /** Plaintext commitment. */
  readonly plaintext: Hex;
  /** Bytes of the document. */
  readonly plaintextSize: number;
}

/** What the chain says about an envelope. */
export interface Registered {
  /** SHA-256 of the envelope. */
  readonly ciphertext: Hex;
  /** Bytes of the envelope. */
  readonly size: number | bigint;
  /** Plaintext commitment. */
  readonly plaintext: Hex;
}

/**
 * Encrypts a document under a record key into a sink, which is closed in the end, or aborted if something fails.
 *
 * @throws whatever reading the document or writing to the sink throws, or the reason of the signal.
 */
export const sealEnvelope = async (
  document: Source,
  key: RecordKey,
  sink: WritableStream<Uint8Array>,
  options: Options = {},
): Promise<Sealed> => {
  const salt = randomBytes(32);
  const commitment = commitmentHasher(salt);
  let plaintextSize = 0;
  const framed = new TransformStream<Uint8Array, Uint8Array>({
    start: (controller) => controller.enqueue(header(salt)),
    transform(piece, controller) {
      commitment.update(piece);
      plaintextSize += piece.length;
      options.progress?.(plaintextSize);
      controller.enqueue(piece);
    },
  });
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipientOf(key));
  const digest = new Digest();
  const envelope = await encrypter.encrypt(streamOf(document).pipeThrough(framed));
  await envelope
    .pipeThrough(tap((piece) => digest.update(piece)))
    .pipeTo(sink, options.signal ? { signal: options.signal } : {});
  return { ciphertext: digest.finish(), size: digest.bytes, plaintext: toHex(commitment.digest()), plaintextSize };
};

/**
 * Decrypts an envelope into a sink. The sink is closed only if envelope and document are exactly those that are
 * registered, and otherwise aborted: what was written before is to be trusted only then. Returns the document's length in
 * bytes.
 *
 * @throws {MedshareError} `WrongCiphertext` if it is not the registered envelope, whatever else is wrong with it;
 * `WrongKey`, `NotEnvelope` or `NotAPlaintext` if it is, but does not open with this key or is none; `WrongPlaintext` if
 * something else is inside.
 */
export const openEnvelope = async (
  envelope: Source,
  key: RecordKey,
  expected: Registered,
  sink: WritableStream<Uint8Array>,
  options: Options = {},
): Promise<number> => {
  const input = new Input(streamOf(envelope), expected);
  const writer = sink.getWriter();
  try {
    const opened = await decrypt(input, key, writer, options).then(
      (found) => ({ found }),
      (error: unknown) => ({ error }),
    );
    options.signal?.throwIfAborted();
    // The hash covers the whole file, also what follows a failure: a damaged file is told from a wrong key.
    await input.verify();
    if ('error' in opened) throw opened.error;
    const { plaintext, length } = opened.found;
    if (plaintext !== expected.plaintext) {
      const message = `the envelope holds a document with the commitment ${plaintext}, not ${expected.plaintext}`;
      throw new MedshareError('WrongPlaintext', message, { hint: 'Whoever registered it is to be asked, or a claim raised.' });
    }
    await writer.close();
    return length;
  } catch (error) {
    // Who writes may have failed already, and then has said why.
    await writer.abort(error).catch(() => undefined);
    throw error;
  } finally {
    input.release();
  }
};

/** An envelope on its way in: hashed, and read to its end even if nobody wants the rest. */
class Input {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #digest = new Digest();
  readonly #expected: Registered;
  #failure: { error: unknown } | undefined;

  constructor(stream: ReadableStream<Uint8Array>, expected: Registered) {
    this.#reader = stream.getReader();
    this.#expected = expected;
  }

  readonly stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        // What sends without end is not read without end.
        const piece = this.#isTooLong() ? undefined : await this.#next();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    },
    { highWaterMark: 0 },
  );

  #isTooLong(): boolean {
    return this.#digest.bytes > Number(this.#expected.size);
  }

  async #next(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#digest.update(value);
      return value;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  async verify(): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    const { ciphertext, size } = this.#expected;
    while (!this.#isTooLong() && (await this.#next()) !== undefined);
    const { bytes } = this.#digest;
    const found = this.#digest.finish();
    if (bytes === Number(size) && found === ciphertext) return;
    const reason = bytes === Number(size) ? `its SHA-256 is ${found}, not ${ciphertext}` : `it does not have ${size} bytes`;
    throw new MedshareError('WrongCiphertext', `this is not the registered envelope: ${reason}`, {
      hint: 'Fetch it again, from another vault if the version names one.',
    });
  }

  release(): void {
    this.#reader.cancel().catch(() => undefined);
  }
}

const decrypt = async (
  input: Input,
  key: RecordKey,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { signal, progress }: Options,
): Promise<{ plaintext: Hex; length: number }> => {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identityOf(key));
  const plaintext = await decrypter.decrypt(input.stream).catch((error: unknown) => {
    throw refusal(error);
  });
  const reader = plaintext.getReader();
  let start: Uint8Array = new Uint8Array();
  let commitment: ReturnType<typeof commitmentHasher> | undefined;
  let length = 0;
  for (;;) {
    signal?.throwIfAborted();
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw damaged(error);
    });
    if (done) break;
    let piece = value;
    if (commitment === undefined) {
      start = joined(start, piece);
      if (start.length < HEADER_LENGTH) continue;
      const { salt, rest } = parseHeader(start);
      commitment = commitmentHasher(salt);
      piece = rest;
    }
    if (piece.length === 0) continue;
    commitment.update(piece);
    length += piece.length;
    await writer.write(piece);
    progress?.(length);
  }
  // Too short for a header.
  commitment ??= commitmentHasher(parseHeader(start).salt);
  return { plaintext: toHex(commitment.digest()), length };
};

const joined = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
};

/** What age says to a header: the key does not fit, or it is no envelope. */
const refusal = (cause: unknown): MedshareError => {
  const reason = reasonOf(cause);
  if (/no identity matched|invalid header HMAC/.test(reason)) {
    return new MedshareError('WrongKey', 'the record key does not open this envelope', { cause });
  }
  return new MedshareError('NotEnvelope', `this is no envelope of medshare: ${reason}`, { cause });
};

const damaged = (cause: unknown): MedshareError =>
  new MedshareError('NotEnvelope', `the envelope is damaged: ${reasonOf(cause)}`, { cause });
