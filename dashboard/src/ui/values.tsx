// Values of the chain as people read them.

import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { useChain } from '../chain/context.js';
import { useText } from '../i18n/context.js';
import { isDate, short, type Amount as AmountValue } from '../i18n/format.js';

/** Money. */
export const Amount = ({ value }: { value: AmountValue }): ReactNode => {
  const { format } = useText();
  const chain = useChain();
  return <span className="nowrap">{format.amount(value, chain ?? { symbol: 'MDS', decimals: 12 })}</span>;
};

/** The time now, which goes on by itself every `every` ms. */
export const useNow = (every = 30_000): number => {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
};

/** A moment in ms since the Unix epoch: as day and time, or relative to now with the day and time in its title. */
export const Time = ({ ms, relative = false }: { ms: number | bigint; relative?: boolean }): ReactNode => {
  const { t, format } = useText();
  const now = useNow();
  const full = format.time(ms);
  // The chain counts further than calendars do: whoever says so means no end.
  if (!isDate(ms)) return <span title={full}>{t.shell.forEver}</span>;
  return (
    <time dateTime={new Date(Number(ms)).toISOString()} title={full}>
      {relative ? format.relative(ms, now) : full}
    </time>
  );
};

export const Bytes = ({ size }: { size: number | bigint }): ReactNode => {
  const { format } = useText();
  return (
    <span className="nowrap" title={`${format.number(size)} B`}>
      {format.bytes(size)}
    </span>
  );
};

/** A hash: its ends, whole in the title and for whoever selects it. */
export const Hash = ({ value }: { value: string }): ReactNode => (
  <code title={value} className="nowrap">
    {short(value, 8)}
  </code>
);

/** The names that development accounts have, by their addresses. */
export const DEVELOPMENT_NAMES: Readonly<Record<string, string>> = {
  '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY': 'Alice',
  '5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty': 'Bob',
  '5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y': 'Charlie',
  '5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy': 'Dave',
  '5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw': 'Eve',
  '5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL': 'Ferdie',
  '5Fxune7f71ZbpP2FoY3mhYcmM596Erhv1gRue4nsPwkxMR4n': 'One',
  '5CUjxa4wVKMj3FqKdqAUf7zcEMr4MYAjXeWmUf44B41neLmJ': 'Two',
};

/** How accounts are called: by the name where everybody knows one, else by the ends of the address. */
export const useAccountName = (): ((address: string) => string) => {
  const chain = useChain();
  return (address) => (chain?.development ? DEVELOPMENT_NAMES[address] : undefined) ?? short(address);
};

/** An account: its name where everybody knows one, else the ends of its address; it leads to its story. */
export const Account = ({ address, plain = false }: { address: string; plain?: boolean }): ReactNode => {
  const chain = useChain();
  const name = chain?.development ? DEVELOPMENT_NAMES[address] : undefined;
  const shown = name ?? short(address);
  return plain ? (
    <span title={address} className={name ? undefined : 'mono nowrap'}>
      {shown}
    </span>
  ) : (
    <Link to={`/explorer/account/${address}`} title={address} className={name ? undefined : 'mono nowrap'}>
      {shown}
    </Link>
  );
};

/** Of which final block something is; nothing if that is not known. */
export const AsOf = ({ block }: { block: number | null }): ReactNode => {
  const { t, format } = useText();
  return block !== null && <p className="soft small">{t.chain.asOf(format.number(block))}</p>;
};

export const RecordLink = ({ record }: { record: number | bigint }): ReactNode => {
  const { t, format } = useText();
  return <Link to={`/explorer/record/${record}`}>{t.domain.recordNumber(format.number(record))}</Link>;
};

export const OrderLink = ({ order }: { order: number | bigint }): ReactNode => {
  const { t, format } = useText();
  return <Link to={`/explorer/order/${order}`}>{t.domain.orderNumber(format.number(order))}</Link>;
};

export type Mood = 'plain' | 'good' | 'warn' | 'bad' | 'accent';

/** A word about the state of something. Its colour says nothing that the word does not. */
export const Tag = ({ mood = 'plain', children }: { mood?: Mood; children: ReactNode }): ReactNode => (
  <span className={`tag ${mood}`}>{children}</span>
);
