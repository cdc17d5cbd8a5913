// What an order costs and what becomes of the money, worked out beforehand by the chain's own rules
// (pallets/marketplace/src/impls.rs and payout.rs). Amounts are in the smallest unit, shares in parts of a million.

/** What hospitals have set for the market. */
export interface MarketParameters {
  /** How long a seller has to deliver, ms. */
  readonly deliverWithin: number;
  /** How long auditors have to rule on a claim, ms. */
  readonly rulingWithin: number;
  /** The share of the price that auditors, vaults and the consortium get. */
  readonly feeShare: number;
  /** The share of the price that stays on hold while the buyer may claim. */
  readonly retainedShare: number;
  /** The share of the price that a buyer puts on hold with a claim. */
  readonly claimBondShare: number;
  /** The lowest bond of a claim. */
  readonly minBond: bigint;
}

const DAY = 24 * 3_600_000;
const MILLI_MDS = 10n ** 9n;

/** What holds until hospitals set something else: the runtime's own values, which the chain does not store. */
export const DEFAULTS: MarketParameters = {
  deliverWithin: DAY,
  rulingWithin: 14 * DAY,
  feeShare: 50_000,
  retainedShare: 100_000,
  claimBondShare: 50_000,
  minBond: 10n * MILLI_MDS,
};

/** What is on hold for the storage of an order until it is cleared. */
export const ORDER_DEPOSIT = 100n * MILLI_MDS;

/** What a claim adds to that. */
export const CLAIM_DEPOSIT = 200n * MILLI_MDS;

/** What is on hold for a request for access, and for the grant that it leads to. */
export const REQUEST_DEPOSIT = 100n * MILLI_MDS;

/** What the seller's credit means for a sale. */
export interface SellerTerms {
  /** The seller's tier. */
  readonly tier: string;
  /** What is taken off the fee, in parts of a million. */
  readonly feeDiscount: number;
  /** How long the buyer may claim, ms from delivery. */
  readonly claimWindow: number;
}

/** What an order would cost. */
export interface Quote {
  /** What the buyer pays in all. */
  readonly price: bigint;
  /** What of it auditors, vaults and the consortium get; the seller bears it. */
  readonly fee: bigint;
  /** What of it stays on hold after delivery. */
  readonly retained: bigint;
  /** What the seller gets at delivery. */
  readonly atDelivery: bigint;
  /** What is on hold until the order is cleared, and comes back then. */
  readonly deposit: bigint;
  /** What has to be free on the buyer's account. */
  readonly needed: bigint;
  /** How long the seller has to deliver, ms. */
  readonly deliverWithin: number;
  /** How long the buyer may claim, ms from delivery. */
  readonly claimWindow: number;
  /** The bond of a claim: it comes back unless the claim is refused. */
  readonly bond: bigint;
  /** How long auditors have to rule on a claim, ms. */
  readonly rulingWithin: number;
}

const MILLION = 1_000_000n;

/** A share of an amount, rounded down as the chain does. */
const shareOf = (parts: number, amount: bigint): bigint => (amount * BigInt(parts)) / MILLION;

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The bond of a claim about an order of this price. */
export const bondOf = (price: bigint, { claimBondShare, minBond }: MarketParameters): bigint => {
  const share = shareOf(claimBondShare, price);
  return share > minBond ? share : minBond;
};

/** What an order at this price would cost, if it was placed now. */
export const quoteOf = (price: bigint, seller: SellerTerms, parameters: MarketParameters): Quote => {
  const usual = shareOf(parameters.retainedShare, price);
  const full = shareOf(parameters.feeShare, price);
  const fee = least(full - shareOf(seller.feeDiscount, full), price - usual);
  // Whose credit is bad gets nothing before nobody can claim any more.
  const retained = seller.tier === 'Restricted' ? price - fee : usual;
  return {
    price,
    fee,
    retained,
    atDelivery: price - retained - fee,
    deposit: ORDER_DEPOSIT,
    needed: price + ORDER_DEPOSIT,
    deliverWithin: parameters.deliverWithin,
    claimWindow: seller.claimWindow,
    bond: bondOf(price, parameters),
    rulingWithin: parameters.rulingWithin,
  };
};
