// The merlin transcript (https://merlin.cool), over the part of STROBE-128 (https://strobe.sourceforge.io) that it uses.

import { keccakP } from '@noble/hashes/sha3.js';
import { randomBytes } from '@noble/hashes/utils.js';
import { littleEndian, utf8 } from './bytes.js';

const RATE = 166;
const FLAG_I = 1;
const FLAG_A = 1 << 1;
const FLAG_C = 1 << 2;
const FLAG_M = 1 << 4;

class Strobe {
  readonly #words = new Uint32Array(50);
  readonly #state = new Uint8Array(this.#words.buffer);
  #position = 0;
  #begin = 0;

  static start(label: string): Strobe {
    const strobe = new Strobe();
    strobe.#state.set([1, RATE + 2, 1, 0, 1, 96]);
    strobe.#state.set(utf8('STROBEv1.0.2'), 6);
    keccakP(strobe.#words);
    strobe.metaAd(utf8(label), false);
    return strobe;
  }

  clone(): Strobe {
    const copy = new Strobe();
    copy.#state.set(this.#state);
    copy.#position = this.#position;
    copy.#begin = this.#begin;
    return copy;
  }

  metaAd(data: Uint8Array, more: boolean): void {
    this.#operation(FLAG_M | FLAG_A, more);
    this.#absorb(data);
  }

  ad(data: Uint8Array): void {
    this.#operation(FLAG_A, false);
    this.#absorb(data);
  }

  key(data: Uint8Array): void {
    this.#operation(FLAG_A | FLAG_C, false);
    for (const byte of data) {
      this.#state[this.#position] = byte;
      this.#advance();
    }
  }

  prf(length: number): Uint8Array {
    this.#operation(FLAG_I | FLAG_A | FLAG_C, false);
    const output = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) {
      output[i] = this.#state[this.#position] ?? 0;
      this.#state[this.#position] = 0;
      this.#advance();
    }
    return output;
  }

  #operation(flags: number, more: boolean): void {
    if (more) return;
    const previous = this.#begin;
    this.#begin = this.#position + 1;
    this.#absorb([previous, flags]);
    if (flags & FLAG_C && this.#position !== 0) this.#permute();
  }

  #absorb(data: Iterable<number>): void {
    for (const byte of data) {
      this.#mix(this.#position, byte);
      this.#advance();
    }
  }

  #mix(at: number, byte: number): void {
    this.#state[at] = (this.#state[at] ?? 0) ^ byte;
  }

  #advance(): void {
    this.#position += 1;
    if (this.#position === RATE) this.#permute();
  }

  #permute(): void {
    this.#mix(this.#position, this.#begin);
    this.#mix(this.#position + 1, 0x04);
    this.#mix(RATE + 1, 0x80);
    keccakP(this.#words);
    this.#position = 0;
    this.#begin = 0;
  }
}

/** A merlin transcript. */
export class Transcript {
  readonly #strobe = Strobe.start('Merlin v1.0');

  constructor(label: string) {
    this.append('dom-sep', utf8(label));
  }

  append(label: string, message: Uint8Array): void {
    this.#strobe.metaAd(utf8(label), false);
    this.#strobe.metaAd(littleEndian(message.length, 4), true);
    this.#strobe.ad(message);
  }

  challenge(label: string, length: number): Uint8Array {
    this.#strobe.metaAd(utf8(label), false);
    this.#strobe.metaAd(littleEndian(length, 4), true);
    return this.#strobe.prf(length);
  }

  /**
   * merlin's generator of secret numbers: they depend on the transcript, on the witnesses and on fresh randomness, so
   * that a poor or repeated source of randomness gives no secret away.
   */
  random(
    witnesses: readonly (readonly [label: string, secret: Uint8Array])[],
    fresh: Uint8Array = randomBytes(32),
  ): (length: number) => Uint8Array {
    const strobe = this.#strobe.clone();
    for (const [label, secret] of witnesses) {
      strobe.metaAd(utf8(label), false);
      strobe.metaAd(littleEndian(secret.length, 4), true);
      strobe.key(secret);
    }
    strobe.metaAd(utf8('rng'), false);
    strobe.key(fresh);
    return (length) => {
      strobe.metaAd(littleEndian(length, 4), false);
      return strobe.prf(length);
    };
  }
}
