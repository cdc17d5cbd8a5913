// Puts compressed copies beside the built files, which servers send to who takes them, as `x.js.br` and `x.js.gz`; and says what
// the app weighs. Small files and those that are compressed already are left alone.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const folder = new URL('../dist', import.meta.url).pathname;
const LEAST = 1_024;
const COMPRESSIBLE = /\.(?:m?js|css|html|json|svg|wasm|txt|webmanifest)$/;

const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
for (const { parentPath, name } of files) {
  const path = join(parentPath, name);
  const content = readFileSync(path);
  if (!COMPRESSIBLE.test(name) || content.length < LEAST) continue;
  const text = constants.BROTLI_MODE_TEXT;
  const mode = name.endsWith('.wasm') ? constants.BROTLI_MODE_GENERIC : text;
  // The last percents of what is large take minutes.
  const quality = content.length > 256 << 10 ? 9 : 11;
  const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_MODE]: mode };
  writeFileSync(`${path}.br`, brotliCompressSync(content, { params }));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}
