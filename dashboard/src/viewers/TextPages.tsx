// Text and bytes, page by page.

import { useState, type ReactNode } from 'react';
import { Note, Pager, Reading, useAwaited } from './parts.js';
import { HEX_PAGE, TEXT_PAGE, encodingOf, hexLines, textPage } from './text.js';
import { useWords } from './words.js';

/** Shows a text of any length. */
export const TextPages = ({ file, label }: { file: Blob; label: string }): ReactNode => {
  const words = useWords();
  const [page, setPage] = useState(0);
  const pages = Math.max(1, Math.ceil(file.size / TEXT_PAGE));
  const shown = useAwaited(async () => {
    const head = new Uint8Array(await file.slice(0, TEXT_PAGE).arrayBuffer());
    return textPage(file, Math.min(page, pages - 1), encodingOf(head));
  }, [file, page]);
  return (
    <div className="v-text">
      {shown.state === 'failed' ? <Note kind="error">{shown.reason}</Note> : null}
      {shown.state === 'waiting' ? <Reading /> : null}
      {shown.state === 'done' ? (
        <pre tabIndex={0} role="region" aria-label={label}>
          {shown.value}
        </pre>
      ) : null}
      <Pager page={Math.min(page, pages - 1)} pages={pages} onPage={setPage} label={words('text')} />
    </div>
  );
};

/** Shows the bytes of a file of any length. */
export const HexPages = ({ file }: { file: Blob }): ReactNode => {
  const words = useWords();
  const [page, setPage] = useState(0);
  const pages = Math.ceil(file.size / HEX_PAGE);
  const shown = useAwaited(
    async () => hexLines(new Uint8Array(await file.slice(page * HEX_PAGE, (page + 1) * HEX_PAGE).arrayBuffer()), page * HEX_PAGE),
    [file, page],
  );
  return (
    <div className="v-hex">
      {shown.state === 'failed' ? <Note kind="error">{shown.reason}</Note> : null}
      {shown.state === 'waiting' ? <Reading /> : null}
      {shown.state === 'done' ? (
        <div className="v-scroll" tabIndex={0} role="region" aria-label={words('hex')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{words('offset')}</th>
                <th scope="col">{words('hex')}</th>
                <th scope="col">{words('text')}</th>
              </tr>
            </thead>
            <tbody>
              {shown.value.map((line) => (
                <tr key={line.offset}>
                  <td>{line.offset}</td>
                  <td>{line.hex}</td>
                  <td>{line.ascii}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <Pager page={page} pages={pages} onPage={setPage} label={words('hex')} />
    </div>
  );
};
