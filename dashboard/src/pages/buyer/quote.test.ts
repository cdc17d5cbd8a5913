import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CLAIM_DEPOSIT, DEFAULTS, ORDER_DEPOSIT, bondOf, quoteOf } from './quote.js';

const MDS = 10n ** 12n;
const seller = { tier: 'Standard', feeDiscount: 0, claimWindow: 1_000 };
const source = (path: string): string => readFileSync(new URL(`../../../../runtime/src/configs/${path}`, import.meta.url), 'utf8');

describe('a quote', () => {
  it('divides the price as the chain does', () => {
    const quote = quoteOf(25n * MDS, seller, DEFAULTS);
    expect(quote).toMatchObject({ price: 25n * MDS, fee: 1_250_000_000_000n, retained: 2_500_000_000_000n });
    expect(quote.atDelivery + quote.fee + quote.retained).toBe(quote.price);
    expect(quote.needed).toBe(25n * MDS + ORDER_DEPOSIT);
  });

  it('rounds parts down, and loses nothing', () => {
    const quote = quoteOf(100_000_000_019n, { ...seller, feeDiscount: 333_333 }, DEFAULTS);
    expect(quote.retained).toBe(10_000_000_001n);
    // 5 % is 5000000000, of which 33.3333 % are 1666665000.
    expect(quote.fee).toBe(3_333_335_000n);
    expect(quote.atDelivery + quote.fee + quote.retained).toBe(quote.price);
  });

  it('keeps all but the fee from a seller whose credit is bad', () => {
    const quote = quoteOf(10n * MDS, { ...seller, tier: 'Restricted' }, DEFAULTS);
    expect(quote.atDelivery).toBe(0n);
    expect(quote.retained).toBe(10n * MDS - quote.fee);
  });

  it('takes no more fee than is paid at delivery', () => {
    const greedy = { ...DEFAULTS, feeShare: 600_000, retainedShare: 700_000 };
    expect(quoteOf(10n * MDS, seller, greedy)).toMatchObject({ fee: 3n * MDS, retained: 7n * MDS, atDelivery: 0n });
  });

  it('has a bond that is a share of the price and never below the lowest', () => {
    expect(bondOf(10n * MDS, DEFAULTS)).toBe(MDS / 2n);
    expect(bondOf(MDS / 10n, DEFAULTS)).toBe(DEFAULTS.minBond);
  });
});

// The chain does not store what nobody has changed, so it is written here too; and compared.
describe('what the runtime has by itself', () => {
  const parameters = source('parameters.rs');
  const value = (name: string): string => new RegExp(`pub static ${name}: \\w+ =\\s*([^;]+);`).exec(parameters)?.[1] ?? '';

  it('is what is taken where hospitals have set nothing', () => {
    const days = (text: string): number => (text === 'DAY' ? 1 : Number(/^(\d+) \* DAY$/.exec(text)?.[1]));
    const share = (text: string): number => Number(/^Permill::from_percent\((\d+)\)$/.exec(text)?.[1]) * 10_000;
    expect(DEFAULTS.deliverWithin).toBe(days(value('DeliverWithin')) * 24 * 3_600_000);
    expect(DEFAULTS.rulingWithin).toBe(days(value('RulingWithin')) * 24 * 3_600_000);
    expect(DEFAULTS.feeShare).toBe(share(value('FeeShare')));
    expect(DEFAULTS.retainedShare).toBe(share(value('RetainedShare')));
    expect(DEFAULTS.claimBondShare).toBe(share(value('ClaimBondShare')));
    expect(`${DEFAULTS.minBond / 10n ** 9n} * MILLI_MDS`).toBe(value('MinBond'));
  });

  it('includes the deposits', () => {
    const market = source('marketplace.rs');
    const deposit = (name: string): bigint => BigInt(new RegExp(`type ${name} = ConstU128<\\{ (\\d+) \\* MILLI_MDS \\}>`).exec(market)?.[1] ?? 0) * 10n ** 9n;
    expect(ORDER_DEPOSIT).toBe(deposit('OrderDeposit'));
    expect(CLAIM_DEPOSIT).toBe(deposit('ClaimDeposit'));
  });
});
