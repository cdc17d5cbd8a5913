// A program of medshare that runs, and what it has said so far.

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How long anything may take that is waited for: much more than it takes, because machines are busy. */
export const PATIENCE = 120_000;

/** How much of what a program says is kept for whoever waits for it, characters. */
const KEPT = 200_000;

/** The folder of the built programs. `MEDSHARE_BIN` names the command among them. */
export const programs = () => {
  const command = process.env.MEDSHARE_BIN;
  if (!command) throw new Error('MEDSHARE_BIN does not name the built `medshare` command; scripts/test.sh dashboard sets it');
  for (const name of ['medshare', 'medshare-node', 'medshare-vault']) {
    const path = join(dirname(command), name);
    if (!existsSync(path)) throw new Error(`there is no ${path}; build the programs first`);
  }
  return dirname(command);
};

export class Program {
  #process;
  #said = '';
  #waiting = new Set();
  #log;
  #end;

  /** Starts a program, with its output also in a file. */
  constructor(name, label, args, { folder, env = {} }) {
    this.label = label;
    this.#log = createWriteStream(join(folder, `${label}.log`), { flags: 'a' });
    // Not of the terminal's group: Ctrl-C is for us, who end them in order.
    this.#process = spawn(join(programs(), name), args, {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, MEDSHARE_HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => this.#hear(text));
    }
    this.#end = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(String(error)));
      this.#process.once('close', (code, signal) => resolve(`ended with ${signal ?? code}`));
    });
    this.#end.then((how) => this.#forAll((waiting) => waiting.reject(this.#failure(how))));
  }

  #hear(text) {
    this.#log.write(text);
    this.#said = (this.#said + text).slice(-KEPT);
    this.#forAll((waiting) => waiting.look());
  }

  #forAll(tell) {
    for (const waiting of this.#waiting) tell(waiting);
  }

  #failure(how) {
    return new Error(`${this.label} ${how}; the end of what it said:\n${this.#said.slice(-3_000)}`);
  }

  /** Waits until the program has said something, and gives the match. */
  said(pattern) {
    return new Promise((resolve, reject) => {
      const done = (settle) => (value) => {
        clearTimeout(timer);
        this.#waiting.delete(waiting);
        settle(value);
      };
      const waiting = {
        reject: done(reject),
        look: () => {
          const match = pattern.exec(this.#said);
          if (match) done(resolve)(match);
        },
      };
      const timer = setTimeout(() => waiting.reject(this.#failure(`has not said ${pattern}`)), PATIENCE);
      this.#waiting.add(waiting);
      if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
        waiting.reject(this.#failure('has ended'));
      } else {
        waiting.look();
      }
    });
  }

  /** Ends it, and waits until it has. `SIGKILL` is a crash. */
  async stop(signal = 'SIGTERM') {
    this.#process.kill(signal);
    await this.#end;
    this.#log.end();
  }
}
