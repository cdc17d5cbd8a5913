import type { ReactNode } from 'react';
import { ConfigError } from '../config.js';
import { useText } from '../i18n/context.js';
import { Button } from '../ui/controls.js';

/** The configuration cannot be read: without it there is nothing to connect with. */
export const StartFailed = ({ error }: { error: unknown }): ReactNode => {
  const { t } = useText();
  const what = error instanceof Error ? error.message : String(error);
  return (
    <main className="card stack alone" role="alert">
      <h1>{t.shell.startFailed}</h1>
      <p>{error instanceof ConfigError ? error.in(t.shell) : what}</p>
      <div>
        <Button onPress={() => location.reload()}>{t.shell.retry}</Button>
      </div>
    </main>
  );
};
