import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Relative, so that a vault may serve the app under any path.
  base: './',
  build: {
    target: 'es2022',
    // Nothing inline: the content security policy permits neither scripts nor styles nor data in the document.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  resolve: {
    // dcmjs-imaging asks for its CommonJS form and the viewer for its module: one of them is enough.
    alias: [{ find: /^dcmjs$/, replacement: fileURLToPath(new URL('node_modules/dcmjs/build/dcmjs.es.js', import.meta.url)) }],
  },
});
