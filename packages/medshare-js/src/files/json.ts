// JSON in a stream, of any size, as a sequence of what opens, closes and stands in it. Grammar, names that occur twice in
// one object, and depth are checked here; the characters are the tokenizer's.

import { TokenType, Tokenizer, TokenizerError } from '@streamparser/json';
import { reasonOf } from '../error.js';

/** Deepest nesting, as the readers of auditors have it. */
const MAX_DEPTH = 127;

/** What follows the walk. Lines are counted from 1. */
export interface Listener {
  /** An object or a list begins, under a name if it is a member. */
  open(kind: 'object' | 'array', name: string | undefined, line: number): void;
  /** The innermost object or list ends. */
  close(line: number): void;
  /** A text, under a name if it is a member. */
  text(value: string, name: string | undefined, line: number): void;
  /** A number, a truth value or null. */
  other(name: string | undefined, line: number): void;
}

/** Why it is no JSON, or none that is read. */
export class JsonFault extends Error {}

interface Frame {
  /** The names of an object so far; nothing for a list. */
  readonly names: Set<string> | undefined;
  name: string | undefined;
  next: 'name' | 'colon' | 'value' | 'comma';
  /** Whether it may end here. */
  mayEnd: boolean;
}

/** Reads values one after the other, until there is nothing any more. */
export class JsonWalk {
  readonly #listener: Listener;
  readonly #tokenizer = new Tokenizer();
  readonly #frames: Frame[] = [];
  readonly #newlines: number[] = [];
  #at = 0;
  /** The line that is being read, counted from 1. */
  line = 1;

  constructor(listener: Listener) {
    this.#listener = listener;
    this.#tokenizer.onToken = ({ token, value, offset }) => {
      while (this.#newlines[0] !== undefined && this.#newlines[0] < offset) {
        this.#newlines.shift();
        this.line += 1;
      }
      this.#take(token, value);
    };
  }

  /** @throws {JsonFault} */
  write(piece: Uint8Array): void {
    for (let i = piece.indexOf(10); i >= 0; i = piece.indexOf(10, i + 1)) this.#newlines.push(this.#at + i);
    this.#at += piece.length;
    this.#run(() => this.#tokenizer.write(piece));
  }

  /** @throws {JsonFault} */
  end(): void {
    this.#run(() => this.#tokenizer.end());
    if (this.#frames.length > 0) throw new JsonFault('it ends before its outermost value does');
  }

  // Errors of the listener pass; those of the tokenizer say what is wrong with the characters.
  #run(step: () => void): void {
    try {
      step();
    } catch (error) {
      throw error instanceof TokenizerError ? new JsonFault(reasonOf(error)) : error;
    }
  }

  #take(token: TokenType, value: unknown): void {
    const frame = this.#frames.at(-1);
    const unexpected = (): JsonFault => new JsonFault(`unexpected \`${String(value).slice(0, 40)}\``);
    switch (token) {
      case TokenType.COMMA:
        if (frame?.next !== 'comma') throw unexpected();
        frame.next = frame.names ? 'name' : 'value';
        frame.mayEnd = false;
        return;
      case TokenType.COLON:
        if (frame?.next !== 'colon') throw unexpected();
        frame.next = 'value';
        return;
      case TokenType.RIGHT_BRACE:
      case TokenType.RIGHT_BRACKET:
        if (!frame?.mayEnd || (token === TokenType.RIGHT_BRACE) !== (frame.names !== undefined)) throw unexpected();
        this.#frames.pop();
        this.#listener.close(this.line);
        return;
      case TokenType.STRING:
        if (frame?.next === 'name' && frame.names) {
          const name = String(value);
          if (frame.names.has(name)) throw new JsonFault(`the name "${name}" occurs twice in one object`);
          frame.names.add(name);
          frame.name = name;
          frame.next = 'colon';
          frame.mayEnd = false;
          return;
        }
        break;
      default:
    }
    if (frame !== undefined && frame.next !== 'value') throw unexpected();
    const name = frame?.name;
    if (frame) {
      frame.next = 'comma';
      frame.mayEnd = true;
    }
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) {
      if (this.#frames.length >= MAX_DEPTH) throw new JsonFault(`it is nested more than ${MAX_DEPTH} deep`);
      const object = token === TokenType.LEFT_BRACE;
      this.#frames.push({
        names: object ? new Set() : undefined,
        name: undefined,
        next: object ? 'name' : 'value',
        mayEnd: true,
      });
      this.#listener.open(object ? 'object' : 'array', name, this.line);
    } else if (token === TokenType.STRING) {
      this.#listener.text(String(value), name, this.line);
    } else {
      this.#listener.other(name, this.line);
    }
  }
}
