// Numbers, money, times and sizes as the reader's language writes them.

/** Money of the chain: symbol and digits after the point. */
export interface Money {
  readonly symbol: string;
  readonly decimals: number;
}

/** An amount in the smallest unit: a bigint, or its decimal digits as JSON-RPC has them. */
export type Amount = bigint | string;

/** Splits an amount into whole units and the digits after the point, without trailing zeros. Exact: no floating point. */
export const splitAmount = (amount: Amount, decimals: number): { negative: boolean; whole: bigint; fraction: string } => {
  const value = BigInt(amount);
  const size = value < 0n ? -value : value;
  const unit = 10n ** BigInt(decimals);
  const fraction = (size % unit).toString().padStart(decimals, '0').replace(/0+$/, '');
  return { negative: value < 0n, whole: size / unit, fraction: decimals === 0 ? '' : fraction };
};

/**
 * Reads an amount that somebody typed in whole units, with `.` before the digits after the point; thousands may be parted.
 * `undefined` if it is none, has more of these digits than the money has, or could be meant otherwise, such as `12,50` and `12,500`.
 */
export const parseAmount = (text: string, decimals: number): bigint | undefined => {
  const between = text.includes('.') ? /(?<=\d)[\s_',](?=\d{3}(?!\d))/g : /(?<=\d)[\s_'](?=\d{3}(?!\d))/g;
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text.trim().replaceAll(between, ''));
  const [, whole, fraction = ''] = match ?? [];
  if (whole === undefined || fraction.length > decimals) return undefined;
  return BigInt(whole) * 10n ** BigInt(decimals) + BigInt(fraction.padEnd(decimals, '0') || '0');
};

/** The beginning and the end of a hash or an account. */
export const short = (text: string, ends = 6): string =>
  text.length <= 2 * ends + 3 ? text : `${text.slice(0, ends)}…${text.slice(-ends)}`;

/** The last moment that dates have, in ms since the Unix epoch. */
const LAST = 8_640_000_000_000_000;

/** Whether a moment in ms since the Unix epoch is one of the calendar; the chain's may be any of 64 bits. */
export const isDate = (ms: number | bigint): boolean => Math.abs(Number(ms)) <= LAST;

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

export interface Format {
  number(value: number | bigint): string;
  /** Percent of a share from 0 to 1. */
  share(value: number): string;
  amount(value: Amount, money: Money): string;
  bytes(value: number | bigint): string;
  /** Day and time; the bare number of ms if it is beyond the calendar. */
  time(ms: number | bigint): string;
  day(ms: number | bigint): string;
  /** Such as "in 2 hours". */
  relative(ms: number | bigint, now?: number): string;
  /** A length of time, such as "3 days". */
  duration(ms: number | bigint): string;
  list(items: readonly string[]): string;
}

export const formatFor = (locale: string): Format => {
  const number = new Intl.NumberFormat(locale);
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const time = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const point = new Intl.NumberFormat(locale).formatToParts(0.5).find(({ type }) => type === 'decimal')?.value ?? '.';
  const scaled = (value: number): [number, Intl.RelativeTimeFormatUnit] => {
    const [unit, size] = STEPS.find(([, least]) => Math.abs(value) >= least) ?? ['second', 1_000];
    return [Math.round(value / size), unit];
  };
  return {
    number: (value) => number.format(value),
    share: (value) => percent.format(value),
    amount: (value, { symbol, decimals }) => {
      const { negative, whole, fraction } = splitAmount(value, decimals);
      return `${negative ? '−' : ''}${number.format(whole)}${fraction && point + fraction}\u00A0${symbol}`;
    },
    bytes: (value) => {
      let size = Number(value);
      let step = 0;
      while (size >= 1_000 && step < UNITS.length - 1) {
        size /= 1_000;
        step += 1;
      }
      const unit = UNITS[step] ?? 'byte';
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: step ? 'short' : 'long', maximumFractionDigits: step && size < 100 ? 1 : 0 }).format(size);
    },
    time: (ms) => (isDate(ms) ? time.format(Number(ms)) : `${number.format(ms)}\u00A0ms`),
    day: (ms) => (isDate(ms) ? day.format(Number(ms)) : `${number.format(ms)}\u00A0ms`),
    relative: (ms, now = Date.now()) => relative.format(...scaled(Number(ms) - now)),
    duration: (ms) => {
      const [value, unit] = scaled(Number(ms));
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
    },
    list: (items) => list.format(items),
  };
};
