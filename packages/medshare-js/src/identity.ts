// Who acts: an account that signs, and the encryption keys to which record keys are sealed; and the file that keeps them.
//
// A key file is JSON in an armored age file, encrypted with a passphrase (scrypt): the same that `medshare keys` writes.
//
//     { "version": 1, "seed": "<hex>", "encryption": ["<hex>", …] }
//
// `seed` is the account's sr25519 mini secret, `encryption` the secrets of the encryption keys, newest first.

import { randomBytes } from '@noble/hashes/utils.js';
import { getPublicKey, secretFromSeed, sign } from '@scure/sr25519';
import { Decrypter, Encrypter, armor } from 'age-encryption';
import { encodeAccount } from './account.js';
import { fromHex, toHex, utf8, type Hex } from './bytes.js';
import { MedshareError, reasonOf } from './error.js';
import { Fn, encodeScalar } from './group.js';
import { KeyPair, type KeyProof } from './keys.js';
import { Transcript } from './merlin.js';
import type { Signer } from './signer.js';

const VERSION = 1;

/** More than a key file with a thousand keys has. */
const MAX_LENGTH = 1 << 20;

/** Least characters of a new passphrase, as the command has it. */
const LEAST = 8;

/** The first lines of an age file that a passphrase opens. */
const SCRYPT = /^age-encryption\.org\/v1\n-> scrypt /;

/** What a sponsor or the council needs to admit somebody. Nothing in it is secret. */
export interface Application {
  /** Who wants to be admitted, SS58. */
  readonly account: string;
  /** Its encryption key. */
  readonly key: Hex;
  /** The proof that it knows the key's secret, valid for this account on one chain. */
  readonly proof: KeyProof;
}

/** How a key file is written. */
export interface KeyFileOptions {
  /**
   * Base-2 logarithm of scrypt's work factor, 1 to 20. 18, if nothing else is said, which takes a second or so, also for
   * whoever tries passphrases.
   */
  readonly workFactor?: number;
}

/** An account with its encryption keys. Nothing prints its secrets. */
export class Identity implements Signer {
  readonly #seed: Uint8Array;
  readonly #secret: Uint8Array;
  readonly #pairs: Pairs;
  /** The account's public key, 32 bytes. */
  readonly account: Hex;
  /** The account as people write it: SS58 with the generic prefix. */
  readonly address: string;

  private constructor(seed: Uint8Array, pairs: Pairs) {
    this.#seed = seed;
    this.#secret = secretFromSeed(seed);
    this.#pairs = pairs;
    const account = getPublicKey(this.#secret);
    this.account = toHex(account);
    this.address = encodeAccount(account);
  }

  /** A new random account with a new random encryption key. */
  static generate(): Identity {
    return new Identity(randomBytes(32), [KeyPair.generate()]);
  }

  /**
   * An existing account by its 32-byte sr25519 seed, with encryption keys, newest first; with a new one if there is none.
   *
   * @throws {MedshareError} `Invalid` if the seed does not have 32 bytes.
   */
  static fromSeed(seed: Uint8Array, pairs: readonly KeyPair[] = []): Identity {
    if (seed.length !== 32) throw new MedshareError('Invalid', `a seed has 32 bytes, not ${seed.length}`);
    return new Identity(Uint8Array.from(seed), notEmpty(pairs) ? [...pairs] : [KeyPair.generate()]);
  }

  /**
   * A development account, such as `Alice`, with the encryption key that a development chain gives it. Everybody knows its
   * secrets.
   *
   * @throws {MedshareError} `Invalid` if there is no account of this name.
   */
  static development(name: string): Identity {
    const known = DEVELOPMENT_ACCOUNTS.find((one) => one.toLowerCase() === name.toLowerCase());
    if (known === undefined) {
      throw new MedshareError('Invalid', `there is no development account \`${name}\``, {
        hint: `There are ${DEVELOPMENT_ACCOUNTS.join(', ')}.`,
      });
    }
    return new Identity(hardSeed(fromHex(DEVELOPMENT_SEED), known), [KeyPair.development(known)]);
  }

  /**
   * Opens a key file with its passphrase. This takes a second or so, in which nothing else runs: browsers do it in a worker.
   *
   * @throws {MedshareError} `WrongPassphrase`, `BadKeyFile`.
   */
  static async fromKeyFile(text: string, passphrase: string): Promise<Identity> {
    const json = await decrypt(text, passphrase);
    const bad = (reason: string): MedshareError => badKeyFile(reason);
    let secrets: unknown;
    try {
      secrets = JSON.parse(json);
    } catch {
      // What a JSON reader says about a mistake may quote the secret next to it.
      throw bad('its content is damaged');
    }
    const { version, seed, encryption } = (secrets ?? {}) as Record<string, unknown>;
    if (version !== VERSION) {
      throw bad(`it is of version ${String(version)}, and this package reads version ${VERSION}`);
    }
    const seedBytes = secretBytes(seed);
    if (seedBytes === undefined) throw bad('its seed is not 32 bytes in hex');
    const keys = Array.isArray(encryption) ? encryption.map(secretBytes) : [];
    const pairs = keys.map((bytes) => {
      try {
        return KeyPair.fromSecretBytes(bytes ?? new Uint8Array());
      } catch {
        throw bad('its encryption keys are damaged or missing');
      }
    });
    if (!notEmpty(pairs)) throw bad('its encryption keys are damaged or missing');
    return new Identity(seedBytes, pairs);
  }

  /**
   * The key file, encrypted with a passphrase: text to be kept where only its owner reads it.
   *
   * @throws {MedshareError} `Invalid` if the passphrase has fewer than 8 characters, or the work factor is none that this package reads.
   */
  async toKeyFile(passphrase: string, { workFactor = 18 }: KeyFileOptions = {}): Promise<string> {
    if ([...passphrase].length < LEAST) {
      throw new MedshareError('Invalid', `the passphrase has fewer than ${LEAST} characters`, {
        hint: 'It is all that protects the keys if the file is copied.',
      });
    }
    if (!Number.isInteger(workFactor) || workFactor < 1 || workFactor > 20) {
      throw new MedshareError('Invalid', `the work factor is ${workFactor}; it is a whole number from 1 to 20`);
    }
    const encrypter = new Encrypter();
    encrypter.setPassphrase(passphrase);
    encrypter.setScryptWorkFactor(workFactor);
    const secrets = {
      version: VERSION,
      seed: bare(this.#seed),
      encryption: this.#pairs.map((pair) => bare(pair.secretBytes())),
    };
    return armor.encode(await encrypter.encrypt(JSON.stringify(secrets)));
  }

  /** The newest encryption key. Which one is registered is for the chain to say. */
  get newestKey(): Hex {
    return this.#pairs[0].public;
  }

  /** All encryption keys, newest first. */
  get publicKeys(): readonly Hex[] {
    return this.#pairs.map((pair) => pair.public);
  }

  /**
   * The key pair of an encryption key, current or old.
   *
   * @throws {MedshareError} `MissingKey` if this identity does not have it.
   */
  keyPair(key: Hex): KeyPair {
    const found = this.#pairs.find((pair) => pair.public === key.toLowerCase());
    if (found) return found;
    throw new MedshareError('MissingKey', `the secret of the encryption key ${key} is not in this key file`, {
      hint: 'Use the key file in which that key was made.',
    });
  }

  /** Adds a new random encryption key, and returns it. Old ones are kept: what was sealed to them stays readable. */
  addKey(): Hex {
    const pair = KeyPair.generate();
    this.#pairs.unshift(pair);
    return pair.public;
  }

  /** What a sponsor needs to admit this identity to the chain of this genesis hash. */
  application(genesis: Hex): Application {
    const proof = this.keyPair(this.newestKey).provePossession(genesis, this.address);
    return { account: this.address, key: this.newestKey, proof };
  }

  /** The account's sr25519 signature over a text, 64 bytes. */
  sign(text: string): Hex {
    return toHex(this.signBytes(utf8(text)));
  }

  /** The account's sr25519 signature over bytes, such as a transaction's payload: 64 bytes. */
  signBytes(bytes: Uint8Array): Uint8Array {
    return sign(this.#secret, bytes);
  }

  /**
   * The account's sr25519 seed, 32 bytes: for other keyrings, such as polkadot.js's `addFromSeed`. Whoever has it acts for
   * the account.
   */
  seed(): Uint8Array {
    return Uint8Array.from(this.#seed);
  }
}

/** The development accounts, as Substrate names them. */
export const DEVELOPMENT_ACCOUNTS: readonly string[] = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie', 'One', 'Two'];

/** The seed of Substrate's development phrase, `bottom drive obey lake curtain smoke basket hold race lonely fit walk`. */
const DEVELOPMENT_SEED = '0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e';

/** The seed of the account `//junction` under another seed: schnorrkel's hard derivation, junctions encoded as Substrate does. */
const hardSeed = (seed: Uint8Array, junction: string): Uint8Array => {
  const text = utf8(junction);
  const chainCode = new Uint8Array(32);
  chainCode.set([text.length << 2, ...text]);
  const transcript = new Transcript('SchnorrRistrettoHDKD');
  transcript.append('sign-bytes', new Uint8Array());
  transcript.append('chain-code', chainCode);
  transcript.append('secret-key', canonicalScalar(secretFromSeed(seed)));
  return transcript.challenge('HDKD-hard', 32);
};

/** The scalar of a secret in Ed25519's form, which has it times the cofactor. */
const canonicalScalar = (secret: Uint8Array): Uint8Array => {
  const scaled = secret.subarray(0, 32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return encodeScalar(Fn.create(scaled >> 3n));
};

type Pairs = [newest: KeyPair, ...KeyPair[]];

const notEmpty = (pairs: readonly KeyPair[]): pairs is Pairs => pairs.length > 0;

const bare = (bytes: Uint8Array): string => toHex(bytes).slice(2);

const secretBytes = (text: unknown): Uint8Array | undefined =>
  typeof text === 'string' && /^[0-9a-f]{64}$/i.test(text) ? fromHex(`0x${text}`) : undefined;

const badKeyFile = (reason: string, cause?: unknown): MedshareError =>
  new MedshareError('BadKeyFile', `this key file cannot be used: ${reason}`, {
    hint: 'Use a key file that `medshare keys create`, or this package, has written, whole.',
    cause,
  });

const decrypt = async (text: string, passphrase: string): Promise<string> => {
  if (text.length > MAX_LENGTH) throw badKeyFile(`it has more than ${MAX_LENGTH} characters`);
  let file: Uint8Array;
  try {
    file = armor.decode(text);
  } catch (cause) {
    throw badKeyFile(`it is no armored age file (${reasonOf(cause)})`, cause);
  }
  if (!SCRYPT.test(new TextDecoder().decode(file.subarray(0, 64)))) {
    throw badKeyFile('it is not encrypted with a passphrase');
  }
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(file, 'text').catch((cause: unknown) => {
    const reason = reasonOf(cause);
    if (/no identity matched/.test(reason)) {
      throw new MedshareError('WrongPassphrase', 'the passphrase does not open this key file', { cause });
    }
    if (/work factor/.test(reason)) {
      throw badKeyFile('its scrypt work factor is above 2^20, the most that this package does', cause);
    }
    throw badKeyFile(reason, cause);
  });
};
