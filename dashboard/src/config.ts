// Where the node and the vaults are: from `config.json` beside the app, and from what the user has set in this browser.

import type { Catalogue } from './i18n/en/index.js';
import { shell } from './i18n/en/shell.js';
import { keep, kept } from './storage.js';

/** What `config.json` says. */
export interface Config {
  /** WebSocket address of the node, such as `wss://rpc.hospital.example`. */
  readonly node: string;
  /** Genesis hash of the only chain that is spoken with; any chain of medshare if it is missing. */
  readonly genesis?: string;
  /** Addresses of the vaults that this app knows; relative ones to where the app is served from. */
  readonly vaults: readonly string[];
}

/** What the user has set in this browser. Nothing of it is secret. */
export interface Settings {
  readonly node?: string;
  readonly vaults?: readonly string[];
}

const SETTINGS = 'medshare.settings';

/** Whether a text is the WebSocket address of something. */
export const isNodeAddress = (text: string): boolean => /^wss?:$/.test(URL.parse(text)?.protocol ?? '');

/** Whether a text is the HTTP address of something. */
export const isVaultAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? '');

type ConfigTexts = Catalogue['shell']['config'];

/** What is wrong with `config.json`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /** `what` says it in the words of a language. */
  constructor(
    private readonly what: (texts: ConfigTexts) => string,
    options?: ErrorOptions,
  ) {
    super(`config.json: ${what(shell.config)}`, options);
  }

  /** What is wrong, in a language. */
  in(texts: Pick<Catalogue['shell'], 'config' | 'colon'>): string {
    return `config.json${texts.colon}${this.what(texts.config)}`;
  }
}

/**
 * Checks what `config.json` says.
 *
 * @throws {ConfigError} that names what is wrong in it.
 */
export const parseConfig = (json: unknown, base: string): Config => {
  if (typeof json !== 'object' || json === null) throw new ConfigError(({ noObject }) => noObject);
  const { node, genesis, vaults = [] } = json as Record<string, unknown>;
  if (typeof node !== 'string' || !isNodeAddress(node)) {
    throw new ConfigError(({ node }) => node);
  }
  if (genesis !== undefined && !(typeof genesis === 'string' && /^0x[0-9a-f]{64}$/.test(genesis))) {
    throw new ConfigError(({ genesis }) => genesis);
  }
  if (!Array.isArray(vaults)) throw new ConfigError(({ vaults }) => vaults);
  const addresses = vaults.map((vault: unknown) => {
    const url = typeof vault === 'string' ? URL.parse(vault, base)?.href : undefined;
    if (url === undefined || !isVaultAddress(url)) throw new ConfigError((texts) => texts.vault(JSON.stringify(vault)));
    return url.replace(/\/$/, '');
  });
  return { node, ...(genesis === undefined ? {} : { genesis }), vaults: addresses };
};

/**
 * Reads `config.json`, which lies beside the app.
 *
 * @throws {ConfigError} if it is not there, or something in it is wrong.
 */
export const loadConfig = async (base: string): Promise<Config> => {
  const failed =
    (what: (texts: ConfigTexts) => string) =>
    (cause: unknown): never => {
      throw new ConfigError(what, { cause });
    };
  const response = await fetch(new URL('config.json', base), { cache: 'no-cache' }).catch(failed((texts) => texts.unreachable));
  if (!response.ok) throw new ConfigError((texts) => texts.answered(String(response.status)));
  return parseConfig(await response.json().catch(failed((texts) => texts.noJson)), base);
};

/** What the user has set; what cannot be read counts as not set. */
export const loadSettings = (): Settings => {
  try {
    const { node, vaults } = JSON.parse(kept(SETTINGS) ?? '{}') as Record<string, unknown>;
    return {
      ...(typeof node === 'string' && isNodeAddress(node) ? { node } : {}),
      ...(Array.isArray(vaults) ? { vaults: vaults.filter((one): one is string => typeof one === 'string' && isVaultAddress(one)) } : {}),
    };
  } catch {
    return {};
  }
};

/** Keeps what the user has set. Whether the browser has done so. */
export const saveSettings = (settings: Settings): boolean => keep(SETTINGS, JSON.stringify(settings));
