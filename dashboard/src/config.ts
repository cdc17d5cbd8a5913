// Where the node and the vaults are: from `config.json` beside the app, and from what the user has set in this browser.

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

/**
 * Checks what `config.json` says.
 *
 * @throws {Error} that names what is wrong in it.
 */
export const parseConfig = (json: unknown, base: string): Config => {
  const wrong = (what: string): Error => new Error(`config.json: ${what}`);
  if (typeof json !== 'object' || json === null) throw wrong('it is not a JSON object');
  const { node, genesis, vaults = [] } = json as Record<string, unknown>;
  if (typeof node !== 'string' || !isNodeAddress(node)) {
    throw wrong('`node` is not the address of a node, such as "wss://rpc.hospital.example"');
  }
  if (genesis !== undefined && !(typeof genesis === 'string' && /^0x[0-9a-f]{64}$/.test(genesis))) {
    throw wrong('`genesis` is not a hash of 32 bytes in lower-case hex');
  }
  if (!Array.isArray(vaults)) throw wrong('`vaults` is not a list of addresses');
  const addresses = vaults.map((vault: unknown) => {
    const url = typeof vault === 'string' ? URL.parse(vault, base)?.href : undefined;
    if (url === undefined || !isVaultAddress(url)) throw wrong(`\`vaults\` has ${JSON.stringify(vault)}, which is no address`);
    return url.replace(/\/$/, '');
  });
  return { node, ...(genesis === undefined ? {} : { genesis }), vaults: addresses };
};

/** Reads `config.json`, which lies beside the app. */
export const loadConfig = async (): Promise<Config> => {
  const base = document.baseURI;
  const response = await fetch(new URL('config.json', base), { cache: 'no-cache' });
  if (!response.ok) throw new Error(`config.json: the server answered ${response.status}`);
  return parseConfig(await response.json(), base);
};

/** What the user has set; what cannot be read counts as not set. */
export const loadSettings = (): Settings => {
  try {
    const { node, vaults } = JSON.parse(localStorage.getItem(SETTINGS) ?? '{}') as Record<string, unknown>;
    return {
      ...(typeof node === 'string' && isNodeAddress(node) ? { node } : {}),
      ...(Array.isArray(vaults) ? { vaults: vaults.filter((one): one is string => typeof one === 'string' && isVaultAddress(one)) } : {}),
    };
  } catch {
    return {};
  }
};

export const saveSettings = (settings: Settings): void => {
  localStorage.setItem(SETTINGS, JSON.stringify(settings));
};
