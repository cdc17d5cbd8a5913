import type { ReactNode } from 'react';
import type { SendFailure } from '../../chain/send.js';
import { useText } from '../../i18n/context.js';
import { explainFailure } from '../../ui/sending.js';

/** A motion was carried and its call failed: the motion is used up. */
export const RunFailed = ({ failure }: { failure: SendFailure }): ReactNode => {
  const { t } = useText();
  const { what, detail } = explainFailure(failure, t);
  return (
    <div className="note bad">
      <strong>{t.council.motions.runFailed}</strong>
      <p>{what}</p>
      {detail !== undefined && detail !== what && <p className="mono small">{detail}</p>}
    </div>
  );
};
