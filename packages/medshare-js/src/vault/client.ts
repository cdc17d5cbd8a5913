// The client of one vault.

import { utf8, type Hex } from '../bytes.js';
import { MedshareError } from '../error.js';
import type { Signer } from '../signer.js';
import { blobAddress, type Options } from '../stream.js';
import { authorize, bodyHash } from './auth.js';
import { download } from './download.js';
import { baseUrl, check, persist, unexpected, unreachable, type Patience } from './http.js';
import { uploadInPieces, uploadWhole } from './upload.js';

/** How long a signed request is valid, ms. Short, because it is sent at once. */
const REQUEST_LIFETIME = 60_000;

/** From which size on an upload can be gone on with. Below, it is as soon sent again. */
const RESUMABLE_FROM = 8 << 20;

/** What a vault says about itself. */
export interface VaultInfo {
  /** The vault's account, SS58. */
  readonly account: string;
  /** Genesis hash of the chain that it asks. */
  readonly genesis: Hex;
  /** Version of the service. */
  readonly version: string;
  /** The vault's clock, unix ms. */
  readonly time: number;
  /** What it accepts. */
  readonly limits: {
    /** Largest blob, bytes. */
    readonly max_blob_bytes: number;
    /** How long a link is valid at most, ms. */
    readonly link_lifetime: number;
    /** How far ahead a signed request may expire, ms. */
    readonly request_lifetime: number;
    /** Whether uploads can be gone on with. */
    readonly resumable?: boolean;
  };
}

/** How much an account has in a vault, and may have, in bytes. */
export interface Usage {
  /** What counts against the account's quota. */
  readonly bytes: number;
  /** Of these, what the vault has not seen on the chain yet. */
  readonly unregistered: number;
  /** Most; nothing if there is no limit. */
  readonly quota: number | null;
  /** Most of what is not on the chain; nothing if there is no limit. */
  readonly unregistered_quota: number | null;
}

/** The answer to an upload. */
export interface Uploaded {
  /** The blob's address: its SHA-256. */
  readonly blob: Hex;
  /** Its size, bytes. */
  readonly size: number;
  /** Whether this upload brought it; otherwise the vault had it already. */
  readonly created: boolean;
}

/** Which blob of which version. */
export interface LinkRequest {
  /** The record. */
  readonly record: bigint | number;
  /** Its version. */
  readonly version: number;
  /** The blob's address. */
  readonly blob: Hex;
}

/** A link under which a blob can be fetched for a short while, by whoever has it. */
export interface Link {
  /** Relative to the vault's base address, unless its operator named a public address. */
  readonly url: string;
  /** Until when it works, unix ms. */
  readonly expires: number;
  /** Size of the blob, bytes. */
  readonly size: number;
}

/** How one connects to a vault. */
export interface ConnectOptions {
  /** The chain that the vault must belong to, by its genesis hash. */
  readonly genesis?: Hex;
  /** What is used for HTTP instead of the global `fetch`. */
  readonly fetch?: typeof fetch;
  /** How patient one is; 200 ms before the second attempt and a minute of silence, if nothing else is said. */
  readonly patience?: Partial<Patience>;
}

/** A vault, reached over HTTP. */
export class VaultClient {
  /** Its base address. */
  readonly address: URL;
  /** What it said about itself when we connected. */
  readonly info: VaultInfo;
  /** How patient this client is. */
  readonly patience: Patience;
  readonly #fetch: typeof fetch;
  /** The vault's clock minus ours, ms. */
  readonly #clockAhead: number;

  private constructor(address: URL, info: VaultInfo, patience: Patience, fetching: typeof fetch) {
    this.address = address;
    this.info = info;
    this.patience = patience;
    this.#fetch = fetching;
    this.#clockAhead = info.time - Date.now();
  }

  /**
   * Connects to the vault at a base address such as `http://127.0.0.1:8790`, and asks who it is.
   *
   * @throws {MedshareError} `BadAddress`, `Unreachable`, `Unexpected`, `OtherChain`.
   */
  static async connect(address: string, options: ConnectOptions = {}): Promise<VaultClient> {
    const base = baseUrl(address);
    // Browsers refuse their own `fetch` as a method of something else.
    const fetching = options.fetch ?? ((...args: Parameters<typeof fetch>) => fetch(...args));
    const patience = { pause: 200, idle: 60_000, ...options.patience };
    const info = await persist(patience, async () => {
      const signal = AbortSignal.timeout(patience.idle);
      const response = await fetching(new URL('v1/info', base), { signal }).catch((error: unknown) => {
        throw unreachable(base, error);
      });
      return json<VaultInfo>(base, await check(base, response));
    });
    if (typeof info.account !== 'string' || typeof info.genesis !== 'string' || typeof info.time !== 'number') {
      throw unexpected(base, 'it does not say who it is');
    }
    const { genesis } = options;
    if (genesis !== undefined && info.genesis !== genesis) {
      throw new MedshareError('OtherChain', `the vault belongs to the chain ${info.genesis}, not to ${genesis}`, {
        hint: 'Use a vault of the chain that you are connected to.',
      });
    }
    return new VaultClient(base, info, patience, fetching);
  }

  /**
   * Asks for a link to the blob of a version. The chain decides whether the signer may have it.
   *
   * @throws {MedshareError} `Refused`, `Unreachable`, `Unexpected`.
   */
  async link(signer: Signer, { record, version, blob }: LinkRequest): Promise<Link> {
    // By hand, because records have numbers that JSON.stringify does not write.
    const body = utf8(`{"record":${BigInt(record)},"version":${version},"blob":"${blob}"}`);
    return persist(this.patience, async () => {
      const headers = { 'content-type': 'application/json' };
      return json<Link>(
        this.address,
        await this.request(signer, 'POST', '/v1/links', { body: new Blob([body]), hash: bodyHash(body), headers }),
      );
    });
  }

  /**
   * How much the signer has in the vault, and may have.
   *
   * @throws {MedshareError} `Refused`, `Unreachable`, `Unexpected`.
   */
  async usage(signer: Signer): Promise<Usage> {
    return json<Usage>(this.address, await this.request(signer, 'GET', '/v1/usage'));
  }

  /**
   * Uploads a blob, which is read piece by piece. A large one is gone on with where an earlier attempt broke off, also one by
   * an earlier call, as long as the vault keeps what came. The signer must be an active member in the role `Provider`; a
   * wallet is asked to sign three times or more.
   *
   * @throws {MedshareError} `TooLarge` before anything is sent; `Refused`, `Unreachable`, `Unexpected`.
   */
  async upload(signer: Signer, blob: Blob, options: Options = {}): Promise<Uploaded> {
    const most = this.info.limits.max_blob_bytes;
    if (blob.size > most) {
      throw new MedshareError('TooLarge', `the file has ${blob.size} bytes, and the vault takes at most ${most}`, {
        hint: 'Use another vault, or divide the file.',
      });
    }
    const { blob: address } = await blobAddress(blob, options.signal ? { signal: options.signal } : {});
    return this.info.limits.resumable && blob.size >= RESUMABLE_FROM
      ? uploadInPieces(this, signer, blob, address, options)
      : uploadWhole(this, signer, blob, address, options);
  }

  /**
   * Downloads the blob of a version into a sink. It is gone on with where it broke off if the connection fails. The sink is
   * closed only if what came is the blob, and otherwise aborted.
   *
   * @throws {MedshareError} `WrongBlob` if the vault sends something else; `Refused`, `Unreachable`, `Unexpected`.
   */
  async download(
    signer: Signer,
    what: LinkRequest & { readonly size: number | bigint },
    sink: WritableStream<Uint8Array>,
    options: Options = {},
  ): Promise<void> {
    return download(this, signer, { ...what, size: Number(what.size) }, sink, options);
  }

  /** Sends a request with a fresh signature; any answer but a successful one is an error. */
  async request(
    signer: Signer,
    method: string,
    target: string,
    { body, hash = bodyHash(new Uint8Array()), headers = {}, signal }: {
      body?: Blob;
      hash?: Hex;
      headers?: Record<string, string>;
      signal?: AbortSignal | undefined;
    } = {},
  ): Promise<Response> {
    const scope = { genesis: this.info.genesis, vault: this.info.account };
    const expires = Date.now() + this.#clockAhead + REQUEST_LIFETIME;
    const authorization = await authorize(signer, scope, { method, target, body: hash, expires });
    return check(
      this.address,
      await this.get(new URL(target.replace(/^\//, ''), this.address), {
        method,
        headers: { ...headers, authorization },
        // A vault answers itself; following it elsewhere would hand out signatures.
        redirect: 'error',
        ...(body ? { body } : {}),
        ...(signal ? { signal } : {}),
      }),
    );
  }

  /** Sends a request as it is. */
  async get(url: URL, init: RequestInit): Promise<Response> {
    return this.#fetch(url, init).catch((error: unknown) => {
      if (init.signal?.aborted) throw init.signal.reason;
      throw unreachable(this.address, error);
    });
  }
}

const json = async <T>(base: URL, response: Response): Promise<T> =>
  response.json().then(
    (value) => value as T,
    () => {
      throw unexpected(base, `${response.status} with unreadable content`);
    },
  );
