// PDF, page by page, drawn on a canvas by pdf.js in a worker of this site.

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Note, Pager, Reading } from './parts.js';
import { useWords } from './words.js';
import type { PDFDocumentProxy } from 'pdfjs-dist';

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

const open = async (file: Blob) => {
  const [pdf, { default: workerUrl }] = await Promise.all([import('pdfjs-dist'), import('pdfjs-dist/build/pdf.worker.min.mjs?url')]);
  pdf.GlobalWorkerOptions.workerSrc = workerUrl;
  return pdf.getDocument({
    data: new Uint8Array(await file.arrayBuffer()),
    // Nothing of a document is run, and nothing is asked of anybody else.
    enableXfa: false,
    useWorkerFetch: false,
    BinaryDataFactory: Files,
    cMapUrl: 'cmaps/',
    standardFontDataUrl: 'fonts/',
    wasmUrl: 'wasm/',
  });
};

const SCALE = 1.5;

/** Shows a PDF. What cannot be read is said by `failed`. */
export const PdfView = ({ file, failed }: { file: Blob; failed: (reason: string) => ReactNode }): ReactNode => {
  const words = useWords();
  const [opened, setOpened] = useState<PDFDocumentProxy | { problem: string }>();
  const [page, setPage] = useState(0);
  const [problem, setProblem] = useState<string>();
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    let isOver = false;
    let end = (): void => undefined;
    setOpened(undefined);
    setPage(0);
    open(file)
      .then(async (task) => {
        end = () => void task.destroy();
        // Its worker started while the page was left.
        if (isOver) return end();
        const document = await task.promise;
        if (!isOver) setOpened(document);
      })
      .catch((error: unknown) => {
        end();
        if (!isOver) setOpened({ problem: error instanceof Error ? error.message : String(error) });
      });
    return () => {
      isOver = true;
      end();
    };
  }, [file]);

  const document = opened && 'numPages' in opened ? opened : undefined;
  useEffect(() => {
    if (!document) return;
    let cancel = (): void => undefined;
    let isOver = false;
    setProblem(undefined);
    void (async () => {
      try {
        const sheet = await document.getPage(page + 1);
        const viewport = sheet.getViewport({ scale: SCALE });
        if (isOver || !canvas.current) return;
        canvas.current.width = Math.floor(viewport.width);
        canvas.current.height = Math.floor(viewport.height);
        const task = sheet.render({ canvas: canvas.current, viewport });
        cancel = () => task.cancel();
        await task.promise;
      } catch (error) {
        if (!isOver) setProblem(error instanceof Error ? error.message : String(error));
      }
    })();
    return () => {
      isOver = true;
      cancel();
    };
  }, [document, page]);

  if (!opened) return <Reading />;
  if ('problem' in opened) return failed(opened.problem);
  return (
    <div className="v-pdf">
      <Pager page={page} pages={opened.numPages} onPage={setPage} label="PDF" />
      {problem ? <Note kind="error">{words('cannotRender', problem)}</Note> : null}
      <div className="v-canvas" tabIndex={0} role="region" aria-label={words('pdfPage', page + 1)}>
        <canvas ref={canvas} role="img" aria-label={words('pdfPage', page + 1)} />
      </div>
    </div>
  );
};
