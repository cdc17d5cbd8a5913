// First, so that the order of the layers is known before any page's own styles.
import './styles/tokens.css';
import './styles/base.css';
import './styles/components.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { watchBlocked } from './chain/blocked.js';
import { loadConfig } from './config.js';
import { applyTheme, storedTheme } from './shell/theme.js';
import { StartFailed } from './shell/start-failed.js';
import { TextProvider } from './i18n/context.js';

applyTheme(storedTheme());
watchBlocked(document);
const element = document.getElementById('app');
if (!element) throw new Error('index.html has no element #app');
const root = createRoot(element);
try {
  const config = await loadConfig(document.baseURI);
  root.render(
    <StrictMode>
      <TextProvider>
        <App config={config} />
      </TextProvider>
    </StrictMode>,
  );
} catch (error) {
  root.render(
    <TextProvider>
      <StartFailed error={error} />
    </TextProvider>,
  );
}
