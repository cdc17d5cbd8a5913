// How a grant is ended: by its owner, or by who was granted access.

import { useState, type ReactNode } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useChainQuery } from '../../chain/context.js';
import { NodeClient } from '../../chain/node-client.js';
import type { Sending } from '../../chain/use-send.js';
import { useText } from '../../i18n/context.js';
import { Button, ButtonAbout, Dialog } from '../../ui/controls.js';
import type { End, Given } from './grants.js';

/** The numbers of somebody's orders of which money is on hold: what rests on them, nobody can end. */
export const useHeldOrders = (who: string): UseQueryResult<ReadonlySet<number>> =>
  useChainQuery(['held orders', who], async (client) => new Set((await new NodeClient(client).openOrdersOf(who)).map(({ order }) => order)));

/** What the two ways to end a grant are called, for one side of it. */
export interface EndTexts {
  readonly revoke: string;
  readonly revokeSure: string;
  readonly revokeText: string;
  readonly clear: string;
}

/** A button that ends a grant, or why there is none. Revoking asks once more. */
export const EndGrant = ({ grant: { record, version, grantee }, end, about, texts, look, sending }: {
  grant: Pick<Given, 'record' | 'version' | 'grantee'>;
  end: End;
  about: string;
  texts: EndTexts;
  look?: 'danger';
  sending: Sending;
}): ReactNode => {
  const { t, format } = useText();
  const [isAsked, setAsked] = useState(false);
  if (typeof end === 'object') return <span className="soft small">{t.domain.grantHeld(format.number(end.held))}</span>;
  if (end === 'clear') {
    return (
      <ButtonAbout
        text={texts.clear}
        about={about}
        compact
        isDisabled={sending.busy}
        onPress={() => void sending.send((client) => client.tx.access.clear(BigInt(record), version, grantee))}
      />
    );
  }
  return (
    <>
      <ButtonAbout text={texts.revoke} about={about} compact {...(look && { look })} isDisabled={sending.busy} onPress={() => setAsked(true)} />
      <Dialog title={texts.revokeSure} isOpen={isAsked} onClose={() => setAsked(false)}>
        <p>
          {about}
          {t.shell.colon}
          {texts.revokeText}
        </p>
        <div className="row">
          <Button
            look="danger"
            onPress={() => {
              setAsked(false);
              void sending.send((client) => client.tx.access.revoke(BigInt(record), version, grantee));
            }}
          >
            {texts.revoke}
          </Button>
          <Button onPress={() => setAsked(false)}>{t.shell.cancel}</Button>
        </div>
      </Dialog>
    </>
  );
};
