// An upload that a wallet signs, as docs/vault.md has it.

import { randomBytes } from 'node:crypto';
import { u8aToHex, u8aWrapBytes } from '@polkadot/util';
import { decodeAddress } from '@polkadot/util-crypto';

const MINUTE = 60_000;

// What a wallet's `signRaw` gives for a text.
const signRaw = (pair, text) => u8aToHex(pair.sign(u8aWrapBytes(text)));

// Brings a blob to a vault, and gives the vault's account.
export const upload = async (url, pair, address, blob) => {
  const vault = await (await fetch(`${url}/v1/info`)).json();
  const path = `/v1/blobs/${address.slice(2)}`;
  const nonce = randomBytes(16).toString('hex');
  const expires = vault.time + MINUTE;
  const text = [
    'medshare/v1/vault',
    `chain: ${vault.genesis}`,
    `vault: ${u8aToHex(decodeAddress(vault.account))}`,
    `account: ${u8aToHex(pair.publicKey)}`,
    `request: PUT ${path}`,
    `body: ${address}`,
    `nonce: ${nonce}`,
    `expires: ${expires}`,
  ].join('\n');
  const signature = signRaw(pair, text);
  const authorization =
    `Medshare account="${pair.address}",nonce="${nonce}",expires="${expires}",signature="${signature}"`;
  const answer = await fetch(`${url}${path}`, { method: 'PUT', headers: { authorization }, body: blob });
  if (!answer.ok) throw new Error(`the vault answered ${answer.status}: ${await answer.text()}`);
  return vault.account;
};
