// The end of a list that is not shown whole: how much of it is, and the rest on demand.

import type { ReactNode } from 'react';
import { useText } from '../i18n/context.js';
import { Button } from './controls.js';

/** Nothing if all is shown. `total` is null where it is not known. */
export const ShowMore = ({ shown, total, more, isReading = false, onMore }: {
  shown: number;
  total: number | null;
  more: boolean;
  isReading?: boolean;
  onMore: () => void;
}): ReactNode => {
  const { t } = useText();
  if (!more) return null;
  return (
    <div className="row">
      <Button onPress={onMore} isDisabled={isReading}>
        {t.shell.more}
      </Button>
      {total !== null && (
        <span className="soft" role="status">
          {t.shell.of(shown, total)}
        </span>
      )}
    </div>
  );
};
