// The steps of a sale that tests and the demo do not do in the browser: as `medshare` does them.

import { copyFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ACCOUNTS, OPERATOR } from './network.js';

const FIXTURES = new URL('../../../tests/fixtures/', import.meta.url);

/** A file of the fixtures. */
export const fixture = (name) => new URL(name, FIXTURES).pathname;

/** The name of a development account. */
export const nameOf = (address) => Object.keys(ACCOUNTS).find((name) => ACCOUNTS[name] === address);

/** A copy of a file of the fixtures without what identifies a person, or as it is. */
export const prepared = async (network, name, { deidentify = true } = {}) => {
  const copy = join(network.folder, basename(name));
  if (deidentify) await network.cli('Alice', 'deidentify', fixture(name), '-o', copy);
  else copyFileSync(fixture(name), copy);
  return copy;
};

/** Registers a file for Alice, and gives the record's number. */
export const register = async (network, path, policy = 'general-research', more = []) => {
  const { records: [{ record }] } = await network.cli('Alice', 'register', path, '--policy', policy, ...more);
  return record;
};

/** Who sits on the panel of a review, once all have their keys by what is final, which is what the command goes by. */
const seated = (network, subject) =>
  network.until(`a panel with keys for ${JSON.stringify(subject)}`, async () => {
    const review = await network.ask('medshare_review', subject, await network.ask('chain_getFinalizedHead'));
    const seats = review?.panel ?? [];
    return seats.length >= 3 && seats.every(({ sealed }) => sealed) && seats.map(({ auditor }) => nameOf(auditor));
  });

/** Who reviews a record, once all have their keys. */
export const panel = (network, record, version = 1) => seated(network, { Record: { record, version } });

/** Who rules on the claim about an order, once all have their keys. */
export const claimPanel = (network, order) => seated(network, { Claim: { order } });

/** Has the panel vote until it is decided; gives who voted. Alice's agent must run. */
export const decide = async (network, record, ...vote) => {
  const voters = [];
  for (const auditor of await panel(network, record)) {
    const { state } = await network.cli(auditor, 'audit', vote[0], record, ...vote.slice(1));
    voters.push(auditor);
    if (state.Decided) return voters;
  }
  throw new Error(`the panel of record ${record} did not decide`);
};

/** Somebody who may buy a record that these have approved, and is none of those to leave out. */
export const buyerBeside = (voters, ...others) =>
  Object.keys(ACCOUNTS).find((name) => ![...voters, ...others, 'Alice', OPERATOR].includes(name));

/** Has the hospitals decide about something that `medshare council propose` proposes. */
const carry = async (network, ...what) => {
  const [first, ...others] = Object.keys(ACCOUNTS);
  const { motion, threshold } = await network.cli(first, 'council', 'propose', ...what);
  await Promise.all(others.slice(0, threshold - 1).map((voter) => network.cli(voter, 'council', 'vote', motion, '--yes')));
  await network.cli(first, 'council', 'close', motion);
};

/** Has the hospitals set a parameter. */
export const setParameter = (network, name, value) => carry(network, 'parameter', name, value);

/** Has the hospitals set how long buyers of somebody's records may claim, as long as the seller's tier is what it is now. */
export const setClaimWindow = async (network, seller, time) => {
  const { tier, benefits } = await network.ask('medshare_credit', ACCOUNTS[seller]);
  const { max_pending, fee_discount, may_audit, max_open_orders } = benefits;
  const rest = ['--max-pending', max_pending, '--fee-discount', `${fee_discount / 10_000}%`, '--max-open-orders', max_open_orders];
  const same = may_audit ? [...rest, '--may-audit'] : rest;
  await carry(network, 'credit', 'benefits', tier.toLowerCase(), '--claim-window', time, ...same);
};
