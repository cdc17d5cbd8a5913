// How the chain is: beside the account always, and in a banner where something is wrong.

import { useEffect, useState, type ReactNode } from 'react';
import { Link } from 'react-router';
import { isBlocked, useBlocked } from '../chain/blocked.js';
import { useChainContext, useConnectionState, useHeads } from '../chain/context.js';
import { useText } from '../i18n/context.js';
import { Button } from '../ui/controls.js';
import css from './shell.module.css';

/** A dot, the newest block, and how much of the chain is not final. Who hears the page is told whether there is a connection, not of blocks. */
export const ConnectionStatus = (): ReactNode => {
  const { t, format } = useText();
  const state = useConnectionState();
  const { best, final } = useHeads();
  const texts = t.chain.state;
  const lag = best && final ? Math.max(0, best.number - final.number) : undefined;
  return (
    <>
      <span className="hidden" role="status">
        {texts[state.phase]}
      </span>
      <Link to="/explorer" className={css.status}>
        <span className={css.dot} data-phase={state.phase} aria-hidden />
        {state.phase === 'ready' && best ? (
          <>
            <span className={css.wide}>{state.chain.development ? texts.development : state.chain.name}</span>
            <span>
              <span className="hidden">{texts.block} </span>#{format.number(best.number)}
            </span>
            {lag !== undefined && <span className={css.wide}>{texts.finalLag(lag)}</span>}
          </>
        ) : (
          texts[state.phase]
        )}
      </Link>
    </>
  );
};

/** A moment passes before a first connection is worth a word. */
const GRACE = 1_500;

/** What is wrong with the connection, if something is, and what can be done. */
export const ConnectionBanner = (): ReactNode => {
  const { t } = useText();
  const { connection } = useChainContext();
  const state = useConnectionState();
  const blocked = useBlocked();
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (state.phase !== 'connecting') return undefined;
    setLate(false);
    const timer = setTimeout(() => setLate(true), GRACE);
    return () => clearTimeout(timer);
  }, [state.phase]);
  const texts = t.chain.banner;
  if (state.phase === 'ready' || (state.phase === 'connecting' && !late)) return null;
  const text =
    state.phase === 'connecting'
      ? texts.connecting(connection.node)
      : state.phase === 'lost'
        ? isBlocked(blocked, connection.node)
          ? texts.blocked(connection.node)
          : texts.lost(connection.node)
        : state.reason === 'other-chain'
          ? texts.otherChain(state.name)
          : texts.notMedshare(state.name);
  return (
    <div className={`note ${state.phase === 'connecting' ? '' : 'bad'} ${css.banner}`} role="alert">
      <p>{text}</p>
      <div className="row">
        {state.phase === 'lost' && (
          <Button compact onPress={connection.retry}>
            {t.shell.retry}
          </Button>
        )}
        <Link to="/settings">{texts.settings}</Link>
      </div>
    </div>
  );
};
