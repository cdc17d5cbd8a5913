import type { ReactNode } from 'react';
import { useText } from '../i18n/context.js';
import { Button } from '../ui/controls.js';

/** The app itself has failed. */
export const Broken = (): ReactNode => {
  const { t } = useText();
  return (
    <div className="card stack alone" role="alert">
      <h1>{t.shell.broken.title}</h1>
      <p>{t.shell.broken.text}</p>
      <div>
        <Button look="primary" onPress={() => location.reload()}>
          {t.shell.broken.reload}
        </Button>
      </div>
    </div>
  );
};
