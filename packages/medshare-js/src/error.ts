// What can go wrong, in words for people and with a stable name for programs.

/** The stable names of what can go wrong. Those of the protocol are those of the Rust crate `medshare-crypto`. */
export type ErrorCode =
  /** 32 bytes that are not the canonical encoding of a Ristretto255 element. */
  | 'NonCanonicalPoint'
  /** The identity element, which nothing in the protocol may be. */
  | 'IdentityPoint'
  /** 32 bytes that are not the canonical encoding of a scalar. */
  | 'NonCanonicalScalar'
  /** A secret key of zero. */
  | 'ZeroSecret'
  /** A proof that does not hold for its statement. */
  | 'FalseProof'
  /** A key pair that does not open something to a record key. */
  | 'NoRecordKey'
  /** A plaintext that does not begin with a medshare header. */
  | 'NotAPlaintext'
  /** A value of the wrong form: hex, an account, an address. */
  | 'Invalid'
  /** A key that an identity does not have. */
  | 'MissingKey'
  /** The passphrase does not open the key file. */
  | 'WrongPassphrase'
  /** A key file that cannot be used. */
  | 'BadKeyFile'
  /** A file that is no envelope, or a damaged one. */
  | 'NotEnvelope'
  /** A record key that does not open the envelope. */
  | 'WrongKey'
  /** An envelope that is not the registered one. */
  | 'WrongCiphertext'
  /** An envelope in which something else is than was registered. */
  | 'WrongPlaintext'
  /** A document that cannot be described: broken, or of a form that this package does not read. */
  | 'Unreadable'
  /** The address of a vault is not one. */
  | 'BadAddress'
  /** No connection to a vault, or it broke. */
  | 'Unreachable'
  /** A blob that is larger than the vault takes. */
  | 'TooLarge'
  /** The vault said no; see {@link MedshareError.problem}. */
  | 'Refused'
  /** The vault answered what the protocol does not foresee. */
  | 'Unexpected'
  /** The vault belongs to another chain. */
  | 'OtherChain'
  /** What the vault sent is not the blob that was asked for. */
  | 'WrongBlob';

/** Why a vault refused, in the form of RFC 9457. */
export interface Problem {
  /** What went wrong, always the same for one code. */
  readonly title: string;
  /** The HTTP status. */
  readonly status: number;
  /** What went wrong this time. */
  readonly detail: string;
  /** Stable name of the problem, such as `link-expired`. */
  readonly code: string;
  /** What to do about it. */
  readonly action: string;
}

/** What every function of this package throws when it was given, or found, something wrong. */
export class MedshareError extends Error {
  override readonly name = 'MedshareError';
  /** Which kind of mistake it is. */
  readonly code: ErrorCode;
  /** What to do about it, if there is something to do. */
  readonly hint: string | undefined;
  /** The vault's own account, if the vault refused. */
  readonly problem: Problem | undefined;

  /** An error with its kind, what was wrong, and what to do. */
  constructor(
    code: ErrorCode,
    message: string,
    more: { hint?: string; problem?: Problem; cause?: unknown } = {},
  ) {
    super(message, 'cause' in more ? { cause: more.cause } : undefined);
    this.code = code;
    this.hint = more.hint;
    this.problem = more.problem;
  }
}

/** What somebody else's error says. Some libraries throw texts. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
