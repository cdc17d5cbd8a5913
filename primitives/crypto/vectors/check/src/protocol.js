// Keys, proofs of possession, commitments and sealed keys, written from the description of the protocol.

import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { fromHex, littleEndian, toHex, utf8 } from './bytes.js';
import { BASE, decodePoint, decodeScalar, decodeSecret, multiply, wideScalar } from './group.js';
import { Transcript } from './merlin.js';

export const secretFromSeed = (seed) => wideScalar(sha512(concatBytes(utf8('medshare/v1/key'), seed)));

export const developmentSecret = (name) =>
  secretFromSeed(sha256(utf8(`medshare/v1/development/${name}`)));

export const publicKey = (secret) => toHex(multiply(secret, BASE).toBytes());

const PURPOSES = ['audit', 'order', 'request', 'direct', 'claim'];

// The SCALE encoding of a purpose: its index, then the number of the order or request if it has one.
export const encodePurpose = ({ purpose, purpose_id: id }) => {
  const index = Uint8Array.of(PURPOSES.indexOf(purpose));
  return id === undefined ? index : concatBytes(index, littleEndian(id, 8));
};

const finish = (transcript, announcements) => {
  for (const [label, point] of announcements) transcript.append(label, point.toBytes());
  return wideScalar(transcript.challenge('challenge', 64));
};

export const verifyPossession = ({ genesis, account, key, proof }) => {
  const point = decodePoint(key);
  const challenge = decodeScalar(proof.challenge);
  const response = decodeScalar(proof.response);
  const announcement = multiply(response, BASE).subtract(multiply(challenge, point));

  const transcript = new Transcript('medshare/v1/possession');
  transcript.append('genesis', fromHex(genesis));
  transcript.append('account', fromHex(account));
  transcript.append('P', fromHex(key));
  if (finish(transcript, [['A', announcement]]) !== challenge) throw new Error('a false proof');
};

export const verifySeal = ({ context, owner_key, grantee_key, commitment, sealed }) => {
  const [owner, grantee] = [owner_key, grantee_key].map(decodePoint);
  const [d1, d2] = [commitment.d1, commitment.d2].map(decodePoint);
  const [c1, c2] = [sealed.c1, sealed.c2].map(decodePoint);
  const challenge = decodeScalar(sealed.proof.challenge);
  const p = decodeScalar(sealed.proof.response_p);
  const s = decodeScalar(sealed.proof.response_s);

  const first = multiply(p, BASE).subtract(multiply(challenge, owner));
  const second = multiply(s, BASE).subtract(multiply(challenge, c1));
  const third = multiply(p, d1)
    .subtract(multiply(s, grantee))
    .subtract(multiply(challenge, d2.subtract(c2)));

  const transcript = new Transcript('medshare/v1/seal');
  transcript.append('genesis', fromHex(context.genesis));
  transcript.append('record', littleEndian(context.record, 8));
  transcript.append('version', littleEndian(context.version, 4));
  transcript.append('grantee', fromHex(context.grantee));
  transcript.append('purpose', encodePurpose(context));
  transcript.append('P', fromHex(owner_key));
  transcript.append('Q', fromHex(grantee_key));
  transcript.append('d1', fromHex(commitment.d1));
  transcript.append('d2', fromHex(commitment.d2));
  transcript.append('c1', fromHex(sealed.c1));
  transcript.append('c2', fromHex(sealed.c2));
  const announcements = [['A1', first], ['A2', second], ['A3', third]];
  if (finish(transcript, announcements) !== challenge) throw new Error('a false proof');
};

// The record key, compressed: second − secret·first.
const open = (secret, first, second) => {
  const key = decodePoint(second).subtract(multiply(decodeSecret(secret), decodePoint(first)));
  if (key.is0()) throw new Error('no record key');
  return toHex(key.toBytes());
};

export const openCommitment = (secret, { d1, d2 }) => open(secret, d1, d2);

export const openSealed = (secret, { c1, c2 }) => open(secret, c1, c2);
