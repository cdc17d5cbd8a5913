// The `medshare` command, where it is built: `scripts/test.sh` says where. Without it, what needs it is skipped.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = process.env.MEDSHARE_BIN;

// A program that was named must be there.
if (program && !existsSync(program)) throw new Error(`MEDSHARE_BIN names ${program}, which does not exist; build it first`);

const spawn = (args, env, cwd) =>
  spawnSync(program, ['--json', ...args], {
    encoding: 'utf8',
    cwd,
    // What it says of a large file.
    maxBuffer: 1 << 30,
    env: { PATH: process.env.PATH, MEDSHARE_HOME: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

export const command = {
  missing: program ? false : 'MEDSHARE_BIN does not name the built `medshare` command',

  run(args, env = {}) {
    const { status, stdout, stderr } = spawn(args, env);
    if (status !== 0) throw new Error(`medshare ${args.join(' ')} ended with ${status}: ${stderr}${stdout}`);
    return JSON.parse(stdout);
  },

  // What it says in a folder, however it ends.
  told(cwd, args, env = {}) {
    const { stdout, stderr, error } = spawn(args, env, cwd);
    if (error || !stdout) throw new Error(`medshare ${args.join(' ')} said nothing: ${error ?? stderr}`);
    return JSON.parse(stdout);
  },

  // What it says when it fails, as it should.
  fail(args, env = {}) {
    const { status, stdout, stderr } = spawn(args, env);
    if (status === 0) throw new Error(`medshare ${args.join(' ')} should have failed: ${stdout}`);
    return stdout + stderr;
  },
};

export const readText = (path) => readFileSync(path, 'utf8');

// A folder that ends with the test.
export const folder = (t) => {
  const path = mkdtempSync(join(tmpdir(), 'medshare-js-'));
  t.after(() => rmSync(path, { recursive: true }));
  const within = (name) => join(path, name);
  within.write = (name, content) => {
    writeFileSync(within(name), content);
    return within(name);
  };
  return within;
};
