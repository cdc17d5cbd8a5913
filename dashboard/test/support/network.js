// A development chain's node, a vault that serves the app, and agents, on free ports of this machine.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WsProvider } from 'dedot';
import { PATIENCE, Program, programs } from './program.js';

/** The development accounts, all of which are members in every role. */
export const ACCOUNTS = {
  Alice: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
  Bob: '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty',
  Charlie: '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y',
  Dave: '5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy',
  Eve: '5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw',
  Ferdie: '5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL',
  One: '5Fxune7f71ZbpP2FoY3mhYcmM596Erhv1gRue4nsPwkxMR4n',
  Two: '5CUjxa4wVKMj3FqKdqAUf7zcEMr4MYAjXeWmUf44B41neLmJ',
};

/** Whose the vault is. */
export const OPERATOR = 'Ferdie';

export class Network {
  #programs = [];
  #agents = new Map();
  #node;
  #vault;

  /** A network that is up. */
  static async start(options) {
    const network = new Network();
    try {
      await network.begin(options);
      return network;
    } catch (error) {
      await network.stop();
      throw error;
    }
  }

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'medshare-web-'));
  }

  /** Starts a node and a vault that serves the app from a folder, and waits until both answer. */
  async begin({ web }) {
    await this.#startNode(0);
    await this.#startVault(web);
  }

  #start(...args) {
    const program = new Program(...args);
    this.#programs.push(program);
    return program;
  }

  async #startNode(port) {
    const args = ['--dev', '--heartbeat=2', '--base-path', join(this.folder, 'node'), '--rpc-port', String(port)];
    const rest = ['--port', '0', '--prometheus-port', '0', '--no-telemetry', '--no-mdns'];
    this.#node = this.#start('medshare-node', 'node', [...args, ...rest], { folder: this.folder });
    const [, found] = await this.#node.said(/Running JSON-RPC server: addr=(?:[^\n]*,)?127\.0\.0\.1:(\d+)/);
    await this.#node.said(/Imported #/);
    this.port = Number(found);
    this.node = `ws://127.0.0.1:${found}`;
  }

  async #startVault(web) {
    const store = join(this.folder, 'vault');
    mkdirSync(store);
    const args = ['--chain', this.node, '--store', store, '--state', join(store, 'state'), '--listen', '127.0.0.1:0'];
    const app = web ? ['--web', web] : [];
    this.#vault = this.#start('medshare-vault', 'vault', [...args, '--dev-account', OPERATOR, ...app], { folder: this.folder });
    [, this.address] = await this.#vault.said(/listening on (http:\S+)/);
  }

  /** An agent of an account, which delivers its keys until it is stopped. */
  agent(account) {
    const agent = this.#start('medshare', `agent-${account}`, [...this.#globals(account), 'agent'], { folder: this.folder });
    this.#agents.set(account, agent);
  }

  /** Ends the agent of an account. */
  async stopAgent(account) {
    const agent = this.#agents.get(account);
    this.#programs = this.#programs.filter((program) => program !== agent);
    await agent.stop();
  }

  /** Has something done while the agent of an account does not run, which would do it before anybody else can. */
  async withoutAgent(account, act) {
    await this.stopAgent(account);
    try {
      return await act();
    } finally {
      this.agent(account);
    }
  }

  /** Ends the node as a crash does. */
  async crashNode() {
    await this.#node.stop('SIGKILL');
    this.#programs = this.#programs.filter((program) => program !== this.#node);
  }

  /** Starts the node again where it was, with what it had. */
  async restartNode() {
    await this.#startNode(this.port);
  }

  #globals(account) {
    return ['--json', '--node', this.node, '--vault', this.address, '--dev', account];
  }

  /** Runs a command for an account, and gives what it prints. */
  cli(account, ...args) {
    return new Promise((resolve, reject) => {
      const child = spawn(join(programs(), 'medshare'), [...this.#globals(account), ...args.map(String)], {
        cwd: this.folder,
        env: { PATH: process.env.PATH, HOME: this.folder, MEDSHARE_HOME: this.folder },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [out, err] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
      child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
      child.once('error', reject);
      child.once('close', (code) => {
        const command = `${account}: medshare ${args.join(' ')}`;
        if (code !== 0) return reject(new Error(`${command} ended with ${code}: ${err}${out}`));
        try {
          resolve(JSON.parse(out));
        } catch {
          reject(new Error(`${command} printed no JSON: ${out}`));
        }
      });
    });
  }

  /** Asks the node. */
  async ask(method, ...params) {
    const response = await fetch(`http://127.0.0.1:${this.port}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    const { result, error } = await response.json();
    if (error) throw new Error(`${method}: ${error.message} ${error.data ?? ''}`);
    return result;
  }

  /** Whether the node keeps an index. */
  async hasIndex() {
    return this.ask('medshare_index').then(
      () => true,
      () => false,
    );
  }

  /**
   * Looks at each new block of the node's, finalised ones too, until something is there, and gives it. The node wakes it; it
   * looks at a clock only to give up.
   */
  async until(what, look, patience = PATIENCE) {
    const node = await new WsProvider({ endpoint: this.node, maxRetryAttempts: 0 }).connect();
    let wake;
    const timer = setTimeout(() => wake(new Error(`in ${patience / 1_000} s there was no sign of ${what}`)), patience);
    try {
      // A promise is there before anybody looks, so no block is missed.
      let next = new Promise((resolve) => (wake = resolve));
      for (const of of ['NewHead', 'FinalizedHead']) {
        const names = { subscribe: `chain_subscribe${of}s`, unsubscribe: `chain_unsubscribe${of}s` };
        await node.subscribe({ subname: `chain_${of[0].toLowerCase()}${of.slice(1)}`, ...names, params: [] }, (error) => wake(error));
      }
      for (;;) {
        const found = await look();
        if (found) return found;
        const error = await next;
        if (error) throw error;
        next = new Promise((resolve) => (wake = resolve));
      }
    } finally {
      clearTimeout(timer);
      await node.disconnect();
    }
  }

  /** Ends everything, and removes what it wrote. */
  async stop() {
    const running = this.#programs.splice(0).reverse();
    for (const program of running) await program.stop();
    if (!process.env.MEDSHARE_KEEP) rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

