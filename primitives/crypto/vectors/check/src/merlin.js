// The merlin transcript (https://merlin.cool), over the part of STROBE-128 (https://strobe.sourceforge.io) that it uses.

import { keccakP } from '@noble/hashes/sha3.js';
import { littleEndian, utf8 } from './bytes.js';

const RATE = 166;
const FLAG_I = 1;
const FLAG_A = 1 << 1;
const FLAG_C = 1 << 2;
const FLAG_M = 1 << 4;

class Strobe {
  #words = new Uint32Array(50);
  #state = new Uint8Array(this.#words.buffer);
  #position = 0;
  #begin = 0;

  constructor(label) {
    this.#state.set([1, RATE + 2, 1, 0, 1, 96]);
    this.#state.set(utf8('STROBEv1.0.2'), 6);
    keccakP(this.#words);
    this.metaAd(utf8(label), false);
  }

  metaAd(data, more) {
    this.#operation(FLAG_M | FLAG_A, more);
    this.#absorb(data);
  }

  ad(data) {
    this.#operation(FLAG_A, false);
    this.#absorb(data);
  }

  prf(length) {
    this.#operation(FLAG_I | FLAG_A | FLAG_C, false);
    const output = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) {
      output[i] = this.#state[this.#position];
      this.#state[this.#position] = 0;
      this.#advance();
    }
    return output;
  }

  #operation(flags, more) {
    if (more) return;
    const previous = this.#begin;
    this.#begin = this.#position + 1;
    this.#absorb([previous, flags]);
    if (flags & FLAG_C && this.#position !== 0) this.#permute();
  }

  #absorb(data) {
    for (const byte of data) {
      this.#state[this.#position] ^= byte;
      this.#advance();
    }
  }

  #advance() {
    this.#position += 1;
    if (this.#position === RATE) this.#permute();
  }

  #permute() {
    this.#state[this.#position] ^= this.#begin;
    this.#state[this.#position + 1] ^= 0x04;
    this.#state[RATE + 1] ^= 0x80;
    keccakP(this.#words);
    this.#position = 0;
    this.#begin = 0;
  }
}

export class Transcript {
  #strobe = new Strobe('Merlin v1.0');

  constructor(label) {
    this.append('dom-sep', utf8(label));
  }

  append(label, message) {
    this.#strobe.metaAd(utf8(label), false);
    this.#strobe.metaAd(littleEndian(message.length, 4), true);
    this.#strobe.ad(message);
  }

  challenge(label, length) {
    this.#strobe.metaAd(utf8(label), false);
    this.#strobe.metaAd(littleEndian(length, 4), true);
    return this.#strobe.prf(length);
  }
}
