// A folder, such as a DICOM study: its files, of which one is opened at a time.

import { BlobReader, ZipReader, configure, type FileEntry } from '@zip.js/zip.js/lib/zip-core-native.js';
import { useState, type ReactNode } from 'react';
import { Field, Note, Pager, Reading, useAwaited } from './parts.js';
import { FileViewer } from './FileViewer.js';
import { LimitedCollector } from './limit.js';
import { useWords } from './words.js';

// Its workers would come from blobs, which the page's policy forbids; the browser unpacks in the background anyway.
configure({ useWebWorkers: false });

const PAGE = 100;

/** Most bytes that a file of an archive may become here. */
const MOST = 1 << 30;

const list = async (file: Blob): Promise<FileEntry[]> => {
  const entries = await new ZipReader(new BlobReader(file)).getEntries();
  return entries.filter((entry): entry is FileEntry => !entry.directory);
};

/** Shows an archive. What cannot be read is said by `failed`. */
export const ZipView = ({ file, failed }: { file: Blob; failed: (reason: string) => ReactNode }): ReactNode => {
  const words = useWords();
  const [search, setSearch] = useState('');
  const [page, setPage] = useState(0);
  const [chosen, setChosen] = useState<FileEntry>();
  const members = useAwaited(() => list(file), [file]);
  if (members.state === 'waiting') return <Reading />;
  if (members.state === 'failed') return failed(members.reason);
  if (members.value.length === 0) return <Note kind="info">{words('emptyArchive')}</Note>;
  if (chosen) return <Member entry={chosen} onBack={() => setChosen(undefined)} />;
  const shown = members.value.filter(({ filename }) => filename.toLowerCase().includes(search.toLowerCase()));
  return (
    <div>
      <div className="v-bar">
        <Field label={words('filter')}>
          {(id) => (
            <input
              id={id}
              type="search"
              value={search}
              onChange={({ target }) => {
                setSearch(target.value);
                setPage(0);
              }}
            />
          )}
        </Field>
        <span className="v-count" role="status">
          {shown.length === 0 ? words('nothingFits') : words('members', shown.length)}
        </span>
      </div>
      <div className="v-scroll" tabIndex={0} role="region" aria-label={words('member')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words('member')}</th>
              <th scope="col">{words('size')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(page * PAGE, (page + 1) * PAGE).map((entry) => (
              <tr key={entry.offset}>
                <td>
                  <button type="button" className="v-link" disabled={entry.encrypted} onClick={() => setChosen(entry)}>
                    {entry.filename}
                  </button>
                  {entry.encrypted ? ` (${words('memberEncrypted')})` : ''}
                </td>
                <td className="v-nowrap">{words('bytes', entry.uncompressedSize.toLocaleString())}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Pager page={page} pages={Math.ceil(shown.length / PAGE)} onPage={setPage} label={words('member')} />
    </div>
  );
};

const Member = ({ entry, onBack }: { entry: FileEntry; onBack: () => void }): ReactNode => {
  const words = useWords();
  const unpacked = useAwaited(async () => {
    if (entry.uncompressedSize > MOST) throw new Error(words('memberTooLarge', MOST >> 20));
    const collector = new LimitedCollector(entry.uncompressedSize, words('memberLonger'));
    await entry.getData(collector.writable);
    return collector.blob();
  }, [entry]);
  return (
    <section aria-label={entry.filename}>
      <div className="v-bar">
        <button type="button" className="v-button" onClick={onBack}>
          ‹ {words('back')}
        </button>
        <strong>{entry.filename}</strong>
      </div>
      {unpacked.state === 'waiting' ? <Reading /> : null}
      {unpacked.state === 'failed' ? <Note kind="error">{unpacked.reason}</Note> : null}
      {unpacked.state === 'done' ? <FileViewer file={unpacked.value} name={entry.filename.replace(/.*\//, '')} /> : null}
    </section>
  );
};
