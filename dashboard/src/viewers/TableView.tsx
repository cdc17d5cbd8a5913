// Tables of comma-separated values, page by page.

import { useState, type ReactNode } from 'react';
import { Note, Pager, Reading, useAwaited } from './parts.js';
import { encodingOf } from './text.js';
import { useWords } from './words.js';

const PAGE = 100;
const MOST = 10_000;

/** The first rows of a table. Whether there are more is said. */
const read = async (file: Blob): Promise<{ rows: string[][]; isCut: boolean }> => {
  const { default: papa } = await import('papaparse');
  const encoding = encodingOf(new Uint8Array(await file.slice(0, 1 << 16).arrayBuffer()));
  return new Promise((resolve, reject) => {
    papa.parse<string[]>(file as File, {
      preview: MOST + 1,
      skipEmptyLines: true,
      encoding,
      complete: ({ data }) => resolve({ rows: data.slice(0, MOST), isCut: data.length > MOST }),
      error: reject,
    });
  });
};

/** Shows a table. What cannot be read is said by `failed`. */
export const TableView = ({ file, failed }: { file: Blob; failed: (reason: string) => ReactNode }): ReactNode => {
  const words = useWords();
  const [page, setPage] = useState(0);
  const [hasHeader, setHeader] = useState(true);
  const table = useAwaited(() => read(file), [file]);
  if (table.state === 'waiting') return <Reading />;
  if (table.state === 'failed') return failed(table.reason);
  const { rows, isCut } = table.value;
  const header = hasHeader ? rows[0] : undefined;
  const body = header ? rows.slice(1) : rows;
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const columns = Array.from({ length: width }, (_, i) => i);
  return (
    <div className="v-csv">
      <div className="v-bar">
        <label>
          <input type="checkbox" checked={hasHeader} onChange={({ target }) => setHeader(target.checked)} /> {words('header')}
        </label>
        <span className="v-count" role="status">
          {words('rows', body.length)}
        </span>
      </div>
      {isCut ? <Note kind="info">{words('rowsShown', MOST)}</Note> : null}
      <div className="v-scroll" tabIndex={0} role="region" aria-label={words('table')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words('row')}</th>
              {columns.map((i) => (
                <th key={i} scope="col">{header?.[i] ?? i + 1}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {body.slice(page * PAGE, (page + 1) * PAGE).map((row, i) => (
              <tr key={i}>
                <th scope="row">{page * PAGE + i + 1}</th>
                {columns.map((column) => (
                  <td key={column}>{row[column]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager page={page} pages={Math.ceil(body.length / PAGE)} onPage={setPage} label={words('table')} />
    </div>
  );
};
