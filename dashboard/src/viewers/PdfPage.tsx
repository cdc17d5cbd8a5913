// A page of a PDF: drawn on a canvas, and its text over that, which is not seen but read aloud, found and copied.

import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Note } from './parts.js';
import { CSS_SCALE, drawnScale, type OpenPdf } from './pdf.js';
import { useWords } from './words.js';

/** What pdf.js calls the size of its text: CSS pixels for each point of the page, as it is shown now. */
const SCALE = '--total-scale-factor';

/** Shows a page, counted from 0. */
export const PdfPage = ({ pdf, document, page }: OpenPdf & { page: number }): ReactNode => {
  const words = useWords();
  const [problem, setProblem] = useState<string>();
  const [hasText, setHasText] = useState(true);
  const canvas = useRef<HTMLCanvasElement>(null);
  const text = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const [drawn, layer] = [canvas.current, text.current];
    if (!drawn || !layer) return undefined;
    let isOver = false;
    let ends: readonly (() => void)[] = [];
    let points = 0;
    // Where there is less room the page is shown smaller, and its text with it.
    const fit = (): void => {
      if (points > 0) layer.style.setProperty(SCALE, String(drawn.getBoundingClientRect().width / points));
    };
    const observer = new ResizeObserver(fit);
    observer.observe(drawn);
    setProblem(undefined);
    setHasText(true);
    layer.replaceChildren();
    const show = async (): Promise<void> => {
      const sheet = await document.getPage(page + 1);
      if (isOver) return;
      const { width, height, userUnit } = sheet.getViewport({ scale: 1 });
      const viewport = sheet.getViewport({ scale: drawnScale(width, height, devicePixelRatio) });
      drawn.width = Math.floor(viewport.width);
      drawn.height = Math.floor(viewport.height);
      drawn.style.width = `${width * CSS_SCALE}px`;
      points = width / userUnit;
      fit();
      const drawing = sheet.render({ canvas: drawn, viewport });
      ends = [() => drawing.cancel()];
      const read = async (): Promise<void> => {
        const content = await sheet.getTextContent();
        if (isOver) return;
        layer.lang = content.lang ?? '';
        const lines = new pdf.TextLayer({ textContentSource: content, container: layer, viewport });
        ends = [...ends, () => lines.cancel()];
        await lines.render();
        // With it go the canvases on which it has measured.
        pdf.TextLayer.cleanup();
        if (!isOver) setHasText(content.items.some((item) => 'str' in item && item.str.trim() !== ''));
      };
      // Either is of use without the other.
      const failures = (await Promise.allSettled([drawing.promise, read()])).filter((each) => each.status === 'rejected');
      if (failures[0]) throw failures[0].reason;
    };
    show().catch((error: unknown) => {
      if (!isOver) setProblem(error instanceof Error ? error.message : String(error));
    });
    return () => {
      isOver = true;
      observer.disconnect();
      ends.forEach((end) => end());
    };
  }, [pdf, document, page]);

  return (
    <>
      {problem ? <Note kind="error">{words('cannotRender', problem)}</Note> : null}
      <div className="v-canvas" tabIndex={0} role="region" aria-label={words('pdfPage', page + 1)}>
        <div className="v-sheet">
          <canvas ref={canvas} role="img" aria-label={words('pdfPicture', page + 1)} />
          <div ref={text} className="v-pdf-text" />
        </div>
      </div>
      <p className="v-muted" role="status">
        {hasText ? '\u00A0' : words('pdfNoText')}
      </p>
    </>
  );
};
