// A DICOM object: its image, with window, frames and zoom, and its elements.

import { wrap, type Remote } from 'comlink';
import { useDeferredValue, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Choice, Field, Note, Pager, Reading } from '../parts.js';
import { TextPages } from '../TextPages.js';
import type { Told } from '../told.js';
import { useTold, useWords } from '../words.js';
import type { DicomWorker, Opened } from './dicom.worker.js';
import { ImagePane } from './ImagePane.js';
import { MOST_SEARCHED, filteredRows, searchedIn, shortened, type TagRow } from './model.js';

type State = { readonly worker: Remote<DicomWorker>; readonly object: Opened } | { readonly problem: Told | string };

/** Shows a DICOM object. What cannot be read is said by `failed`. */
export const DicomView = ({ file, failed }: { file: Blob; failed: (reason: string) => ReactNode }): ReactNode => {
  const told = useTold();
  const [state, setState] = useState<State>();
  useEffect(() => {
    const thread = new Worker(new URL('./dicom.worker.ts', import.meta.url), { type: 'module' });
    const worker = wrap<DicomWorker>(thread);
    let isOver = false;
    setState(undefined);
    const set = (value: State): void => {
      if (!isOver) setState(value);
    };
    thread.addEventListener('error', (event) => set({ problem: event.message || { word: 'readerNotLoaded', values: [] } }));
    worker.open(file).then(
      (result) => set('problem' in result ? result : { worker, object: result }),
      (error: unknown) => set({ problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isOver = true;
      thread.terminate();
    };
  }, [file]);
  if (!state) return <Reading />;
  if ('problem' in state) return failed(told(state.problem));
  return <DicomObject {...state} />;
};

const DicomObject = ({ worker, object }: { worker: Remote<DicomWorker>; object: Opened }): ReactNode => {
  const words = useWords();
  const [view, setView] = useState<'image' | 'elements'>(object.image ? 'image' : 'elements');
  return (
    <div className="v-dicom">
      <div className="v-bar">
        {object.image ? (
          <Choice label={words('view')} options={[['image', words('image')], ['elements', words('elements')]]} value={view} onChange={setView} />
        ) : null}
        <span className="v-muted">
          {[object.modality, object.sopClass, words('transferSyntax', object.syntax)].filter(Boolean).join(' · ')}
        </span>
      </div>
      {object.image ? null : <Note kind="info">{words('noImage')}</Note>}
      {object.image?.isCutOff ? <Note>{words('cutOff')}</Note> : null}
      {view === 'image' && object.image ? <ImagePane worker={worker} image={object.image} modality={object.modality} /> : <Elements {...object} />}
    </div>
  );
};

const PAGE = 100;

/** So many rows are higher than the table may become. */
const TALL = 24;

const Elements = ({ rows, left }: Pick<Opened, 'rows' | 'left'>): ReactNode => {
  const words = useWords();
  const [opened, setOpened] = useState<ReadonlySet<TagRow>>(new Set());
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(0);
  // What is typed is there at once; what it finds may come after.
  const sought = useDeferredValue(search);
  const isSought = sought.trim() !== '';
  const lines = useMemo(() => (isSought ? rows.map(searchedIn) : []), [rows, isSought]);
  const shown = useMemo(() => filteredRows(rows, lines, sought), [rows, lines, sought]);
  const isBounded = useMemo(() => rows.some(({ value }) => value.length > MOST_SEARCHED), [rows]);
  const toggle = (row: TagRow): void =>
    setOpened((before) => new Set(before.has(row) ? [...before].filter((each) => each !== row) : [...before, row]));
  return (
    <div>
      {left > 0 ? <Note>{words('elementsLeftOut', left)}</Note> : null}
      <div className="v-bar">
        <Field label={words('filter')}>
          {(id) => (
            <input
              id={id}
              type="search"
              value={search}
              onChange={(event) => {
                setSearch(event.target.value);
                setPage(0);
              }}
            />
          )}
        </Field>
        <span className="v-count" role="status">
          {shown.length === 0 ? words('nothingFits') : words('elementsCount', shown.length)}
        </span>
      </div>
      {isBounded ? <Note kind="info">{words('filterBound', MOST_SEARCHED)}</Note> : null}
      <div className="v-scroll" data-tall={rows.length > TALL} tabIndex={0} role="region" aria-label={words('elements')}>
        <table>
          <thead>
            <tr>
              {(['tag', 'vr', 'name', 'value'] as const).map((name) => (
                <th key={name} scope="col">{words(name)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.slice(page * PAGE, (page + 1) * PAGE).map((row, i) => (
              <tr key={i}>
                <td className="v-nowrap v-mono" data-depth={Math.min(row.depth, 6)}>{row.tag}</td>
                <td>{row.vr}</td>
                <td>{row.isPrivate ? <em>{words('private')}</em> : row.name}</td>
                <td className="v-value">
                  <Value row={row} isOpen={opened.has(row)} onToggle={() => toggle(row)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager page={page} pages={Math.ceil(shown.length / PAGE)} onPage={setPage} label={words('elements')} />
    </div>
  );
};

/** A value, of a long one the beginning until it is opened. */
const Value = ({ row: { tag, name, value, bytes }, isOpen, onToggle }: { row: TagRow; isOpen: boolean; onToggle: () => void }): ReactNode => {
  const words = useWords();
  const file = useMemo(() => new Blob(isOpen ? [value] : []), [value, isOpen]);
  if (bytes) return bytes.fragments > 1 ? words('fragmentsInside', bytes.size, bytes.fragments) : words('bytesInside', bytes.size);
  const short = shortened(value);
  if (short === value) return value;
  return (
    <>
      {isOpen ? <TextPages file={file} label={name || tag} /> : short}{' '}
      <button type="button" className="v-link" aria-expanded={isOpen} onClick={onToggle}>
        {isOpen ? words('lessOfValue') : words('wholeValue', value.length)}
      </button>
    </>
  );
};
