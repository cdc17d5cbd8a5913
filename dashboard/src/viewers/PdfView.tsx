// PDF, page by page, drawn by pdf.js in a worker of this site.

import { useEffect, useState, type ReactNode } from 'react';
import { Pager, Reading } from './parts.js';
import { PdfPage } from './PdfPage.js';
import { openPdf, type OpenPdf } from './pdf.js';

/** Shows a PDF. What cannot be read is said by `failed`. */
export const PdfView = ({ file, failed }: { file: Blob; failed: (reason: string) => ReactNode }): ReactNode => {
  const [opened, setOpened] = useState<OpenPdf | { problem: string }>();
  const [page, setPage] = useState(0);

  useEffect(() => {
    let isOver = false;
    let end = (): void => undefined;
    setOpened(undefined);
    setPage(0);
    openPdf(file)
      .then(async (opening) => {
        end = opening.end;
        // Its worker started while the page was left.
        if (isOver) return end();
        const document = await opening.document;
        if (!isOver) setOpened({ pdf: opening.pdf, document });
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

  if (!opened) return <Reading />;
  if ('problem' in opened) return failed(opened.problem);
  return (
    <div className="v-pdf">
      <Pager page={page} pages={opened.document.numPages} onPage={setPage} label="PDF" />
      <PdfPage {...opened} page={page} />
    </div>
  );
};
