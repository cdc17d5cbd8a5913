// What becomes of a transaction, told step by step, also to a screen reader.

import type { ReactNode } from 'react';
import type { Progress, SendFailure } from '../chain/send.js';
import { useText } from '../i18n/context.js';
import type { Catalogue } from '../i18n/en/index.js';

/** A failure in the reader's language; `detail` is what the chain, the node or the wallet said. */
export const explainFailure = (failure: SendFailure, t: Catalogue): { what: string; detail?: string } => {
  const texts = t.chain.send;
  switch (failure.why) {
    case 'call': {
      const { error, docs } = failure;
      const what = texts.call(error, docs);
      return { what, detail: what === docs || docs === '' ? error : `${error}: ${docs}` };
    }
    case 'wallet':
      return { what: texts.wallet, detail: failure.message };
    case 'dropped':
      return { what: texts.dropped, detail: failure.message };
    case 'lost':
      return { what: texts.lost };
    case 'unsent':
      if (failure.message === 'no account') return { what: texts.noAccount };
      if (failure.message === 'no connection') return { what: texts.noConnection };
      return { what: texts.unsent, detail: failure.message };
    case 'pool': {
      const { pool } = texts;
      const said = failure.message;
      const byCode: Record<number, string> = { 1: pool.notMember, 2: pool.suspended, 3: pool.tooMany };
      const known =
        (failure.code === undefined ? undefined : byCode[failure.code]) ??
        (/pay some fees/.test(said) ? pool.fees : undefined) ??
        (/bad signature/.test(said) ? pool.badSignature : undefined) ??
        (/outdated|Priority is too low|Already imported/i.test(said) ? pool.stale : undefined) ??
        pool.other;
      return { what: known, detail: said };
    }
  }
};

/** The step that a transaction is at. */
export const SendStatus = ({ progress }: { progress: Progress | undefined }): ReactNode => {
  const { t, format } = useText();
  const texts = t.chain.send;
  return (
    <div aria-live="polite">
      {progress?.step === 'signing' && <p className="note">{texts.signing}…</p>}
      {progress?.step === 'sent' && <p className="note">{texts.sent}…</p>}
      {progress?.step === 'in-block' && <p className="note">{texts.inBlock(format.number(progress.block.number))}…</p>}
      {progress?.step === 'final' && <p className="note good">{texts.final(format.number(progress.block.number))}</p>}
      {progress?.step === 'failed' && <Failed failure={progress.failure} />}
    </div>
  );
};

const Failed = ({ failure }: { failure: SendFailure }): ReactNode => {
  const { t } = useText();
  const { what, detail } = explainFailure(failure, t);
  return (
    <div className="note bad">
      <strong>{t.chain.send.failed}</strong>
      <p>{what}</p>
      {detail !== undefined && detail !== what && <p className="mono small">{detail}</p>}
    </div>
  );
};
