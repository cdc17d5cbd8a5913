// pdf.js, with all that it needs as files of this site, and how large it draws.

import type { PDFDocumentProxy } from 'pdfjs-dist';

/** What is used of pdf.js. */
export type Pdf = typeof import('pdfjs-dist');

/** A document that was opened, with the library that draws it. */
export interface OpenPdf {
  readonly pdf: Pdf;
  readonly document: PDFDocumentProxy;
}

/** Character maps, fonts and decoders of pdf.js, as files of this site: by their names to their addresses. */
const FILES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    ...import.meta.glob<string>('/node_modules/pdfjs-dist/cmaps/*.bcmap', { query: '?url', import: 'default', eager: true }),
    ...import.meta.glob<string>('/node_modules/pdfjs-dist/standard_fonts/*.{pfb,ttf}', { query: '?url', import: 'default', eager: true }),
    ...import.meta.glob<string>('/node_modules/pdfjs-dist/wasm/{jbig2,openjpeg,qcms_bg}.wasm', { query: '?url', import: 'default', eager: true }),
  }).map(([path, url]) => [path.slice(path.lastIndexOf('/') + 1), url]),
);

/** Gives pdf.js those files. */
class Files {
  async fetch({ filename }: { kind: string; filename: string }): Promise<Uint8Array> {
    const url = FILES[filename];
    if (!url) throw new Error(`pdf.js has no file ${filename}`);
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${filename} cannot be loaded: ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  }
}

/** Begins to open a document. `document` rejects if it cannot be read; `end` frees what it takes, also before. */
export const openPdf = async (file: Blob): Promise<{ pdf: Pdf; document: Promise<PDFDocumentProxy>; end: () => void }> => {
  const [pdf, { default: workerUrl }] = await Promise.all([import('pdfjs-dist'), import('pdfjs-dist/build/pdf.worker.min.mjs?url')]);
  pdf.GlobalWorkerOptions.workerSrc = workerUrl;
  const task = pdf.getDocument({
    data: new Uint8Array(await file.arrayBuffer()),
    // Nothing of a document is run, and nothing is asked of anybody else.
    enableXfa: false,
    useWorkerFetch: false,
    BinaryDataFactory: Files,
    cMapUrl: 'cmaps/',
    standardFontDataUrl: 'fonts/',
    wasmUrl: 'wasm/',
  });
  return { pdf, document: task.promise, end: () => void task.destroy() };
};

/** CSS pixels for each point of a page where there is room for it. */
export const CSS_SCALE = 1.5;

/** Most dots of the screen for a CSS pixel that are drawn: more is hardly seen and takes memory. */
const MOST_RATIO = 2;
/** Most pixels of a canvas, and of its side, that phones draw. */
const MOST_PIXELS = 16_000_000;
const MOST_SIDE = 8_192;

/** Pixels of the canvas for each point of a page of so many points, on a screen with so many dots for a CSS pixel. */
export const drawnScale = (width: number, height: number, ratio: number): number =>
  Math.min(
    CSS_SCALE * Math.min(Math.max(ratio, 1), MOST_RATIO),
    Math.sqrt(MOST_PIXELS / (width * height)),
    MOST_SIDE / Math.max(width, height),
  );
