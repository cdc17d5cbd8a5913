// The package of this repository, which has to be built: `npm ci && npm run build` in packages/medshare-js.

export * from '../../../packages/medshare-js/dist/index.js';
