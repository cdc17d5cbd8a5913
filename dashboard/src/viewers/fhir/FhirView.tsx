// FHIR as a timeline and as a table, with the JSON of what is chosen beside it.

import { wrap, type Remote } from 'comlink';
import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { Heading } from '../../ui/heading.js';
import { Choice, Field, Note, Pager, Reading, useAwaited } from '../parts.js';
import { TextPages } from '../TextPages.js';
import type { Told } from '../told.js';
import { useTold, useWords } from '../words.js';
import type { FhirWorker } from './fhir.worker.js';
import { filtered, inTime, typesOf, yearOf, type Entry } from './model.js';

const PAGE = 50;

type Problem = { readonly problem: Told | string };
type Opened = { readonly worker: Remote<FhirWorker>; readonly entries: readonly Entry[] };

/** Shows a bundle, a resource, or lines of resources. What cannot be read is said by `failed`. */
export const FhirView = ({ file, isLines, failed }: { file: Blob; isLines: boolean; failed: (reason: string) => ReactNode }): ReactNode => {
  const told = useTold();
  const [opened, setOpened] = useState<Opened | Problem>();
  useEffect(() => {
    const thread = new Worker(new URL('./fhir.worker.ts', import.meta.url), { type: 'module' });
    const worker = wrap<FhirWorker>(thread);
    let isOver = false;
    setOpened(undefined);
    const set = (value: Opened | Problem): void => {
      if (!isOver) setOpened(value);
    };
    thread.addEventListener('error', (event) => set({ problem: event.message || { word: 'readerNotLoaded', values: [] } }));
    worker.open(file, isLines).then(
      (result) => set('problem' in result ? result : { worker, entries: result.entries }),
      (error: unknown) => set({ problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isOver = true;
      thread.terminate();
    };
  }, [file, isLines]);
  if (!opened) return <Reading />;
  if ('problem' in opened) return failed(told(opened.problem));
  return <Entries {...opened} />;
};

const Entries = ({ worker, entries }: Opened): ReactNode => {
  const words = useWords();
  const [view, setView] = useState<'timeline' | 'table'>('timeline');
  const [type, setType] = useState('');
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(0);
  const [chosen, setChosen] = useState<Entry | undefined>(entries.length === 1 ? entries[0] : undefined);
  const types = useMemo(() => typesOf(entries), [entries]);
  const ordered = useMemo(() => inTime(entries), [entries]);
  const shown = useMemo(
    () => filtered(view === 'timeline' ? ordered : entries, { type, words: search }),
    [view, ordered, entries, type, search],
  );
  useEffect(() => setPage(0), [view, type, search]);
  if (entries.length === 0) return <Note kind="info">{words('emptyBundle')}</Note>;
  const rows = shown.slice(page * PAGE, (page + 1) * PAGE);
  const choose = { chosen: chosen?.index, onChoose: setChosen };
  return (
    <div className="v-split">
      <section className="v-main" aria-label={words('view')}>
        <div className="v-bar">
          <Choice label={words('view')} options={[['timeline', words('timeline')], ['table', words('table')]]} value={view} onChange={setView} />
          <Field label={words('type')}>
            {(id) => (
              <select id={id} value={type} onChange={(event) => setType(event.target.value)}>
                <option value="">{words('allTypes', entries.length)}</option>
                {types.map((each) => (
                  <option key={each.type} value={each.type}>{`${each.type} (${each.count})`}</option>
                ))}
              </select>
            )}
          </Field>
          <Field label={words('filter')}>
            {(id) => <input id={id} type="search" value={search} onChange={(event) => setSearch(event.target.value)} />}
          </Field>
        </div>
        <p className="v-count" role="status">
          {shown.length === 0 ? words('nothingFits') : words('resources', shown.length)}
        </p>
        {shown.length === 0 ? null : view === 'timeline' ? <Timeline rows={rows} {...choose} /> : <Table rows={rows} {...choose} />}
        <Pager page={page} pages={Math.ceil(shown.length / PAGE)} onPage={setPage} label={words(view)} />
      </section>
      <Raw worker={worker} entry={chosen} />
    </div>
  );
};

interface RowsProps {
  readonly rows: readonly Entry[];
  readonly chosen: number | undefined;
  readonly onChoose: (entry: Entry) => void;
}

const dayOf = (when: string): string => when.replace(/T.*/, '');

const Timeline = ({ rows, chosen, onChoose }: RowsProps): ReactNode => {
  const words = useWords();
  const years: { year: string; entries: Entry[] }[] = [];
  for (const entry of rows) {
    const year = yearOf(entry.when);
    const last = years.at(-1);
    if (last?.year === year) last.entries.push(entry);
    else years.push({ year, entries: [entry] });
  }
  return (
    <div className="v-timeline" tabIndex={0} role="region" aria-label={words('timeline')}>
      {years.map(({ year, entries }, i) => (
        <section key={`${year}-${i}`} aria-label={year || words('noTime')}>
          <Heading>{year || words('noTime')}</Heading>
          <ol>
            {entries.map((entry) => (
              <li key={entry.index}>
                <button type="button" className="v-event" aria-pressed={entry.index === chosen} onClick={() => onChoose(entry)}>
                  <time>{dayOf(entry.when)}</time>
                  <span className="v-type">{entry.type}</span>
                  <span className="v-title">{entry.title || entry.id}</span>
                  {entry.detail ? <span className="v-detail">{entry.detail}</span> : null}
                </button>
              </li>
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
};

const Table = ({ rows, chosen, onChoose }: RowsProps): ReactNode => {
  const words = useWords();
  return (
    <div className="v-scroll" tabIndex={0} role="region" aria-label={words('table')}>
      <table>
        <thead>
          <tr>
            {(['when', 'type', 'what', 'value', 'status'] as const).map((name) => (
              <th key={name} scope="col">{words(name)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((entry) => (
            <tr key={entry.index} data-chosen={entry.index === chosen || undefined}>
              <td className="v-nowrap">{dayOf(entry.when)}</td>
              <td>{entry.type}</td>
              <td>
                <button type="button" className="v-link" aria-pressed={entry.index === chosen} onClick={() => onChoose(entry)}>
                  {entry.title || entry.id || entry.type}
                </button>
              </td>
              <td>{entry.detail}</td>
              <td>{entry.status}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
};

const Raw = ({ worker, entry }: { worker: Remote<FhirWorker>; entry: Entry | undefined }): ReactNode => {
  const words = useWords();
  const json = useAwaited(async () => (entry ? new Blob([await worker.raw(entry.index)]) : undefined), [worker, entry]);
  return (
    <div className="v-side" aria-live="polite">
      <Heading>{entry ? words('rawOf', `${entry.type} ${entry.id}`.trim()) : words('raw')}</Heading>
      {!entry ? <p className="v-muted">{words('rawNone')}</p> : null}
      {entry && json.state === 'waiting' ? <Reading /> : null}
      {json.state === 'failed' ? <Note kind="error">{json.reason}</Note> : null}
      {json.state === 'done' && json.value ? <TextPages file={json.value} label={words('raw')} /> : null}
    </div>
  );
};
