/**
 * medshare in the browser and in Node.js: the sealed-key protocol, envelopes, key files, descriptors of FHIR and DICOM
 * files, and vaults.
 *
 * @packageDocumentation
 */

export { decodeAccount, encodeAccount } from './account.js';
export type { Hex } from './bytes.js';
export { openEnvelope, sealEnvelope, type Registered, type Sealed } from './envelope.js';
export { MedshareError, type ErrorCode, type Problem } from './error.js';
export { KeyPair, verifyPossession, type KeyProof } from './keys.js';
export { RecordKey, openCommitment, openSealed, type KeyCommitment } from './record-key.js';
export { sealKey, verifySeal, type SealContext, type SealPurpose, type SealedKey } from './seal.js';
export { blobAddress, collect, type Options, type Progress, type Source } from './stream.js';
export { DEVELOPMENT_ACCOUNTS, Identity, type Application, type KeyFileOptions } from './identity.js';
export { walletSigner, type RawSigner, type Signer } from './signer.js';
export { describe, type Description } from './files/describe.js';
export type { Code, CodeSystem, Count, Descriptor, YearMonth } from './files/descriptor.js';
export { authorize, bodyHash, requestText, type Request, type Scope } from './vault/auth.js';
export {
  VaultClient,
  type ConnectOptions,
  type Link,
  type LinkRequest,
  type Uploaded,
  type Usage,
  type VaultInfo,
} from './vault/client.js';
export type { Patience } from './vault/http.js';
export {
  newVersion,
  sealDocument,
  sealedFile,
  type Locator,
  type NewVersion,
  type SealedDocument,
} from './provider.js';
