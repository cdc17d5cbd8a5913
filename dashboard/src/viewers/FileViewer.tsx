// A file of any form, shown as what its bytes say that it is. It stays in this page: nothing of it is sent anywhere.

import { Component, Suspense, lazy, type ReactNode } from 'react';
import { recognise } from './form.js';
import { MOST_AT_ONCE } from './limit.js';
import { Note, Reading, useAwaited, useObjectUrl } from './parts.js';
import { HexPages, TextPages } from './TextPages.js';
import { useWords } from './words.js';
import './viewers.css';

const FhirView = lazy(async () => ({ default: (await import('./fhir/FhirView.js')).FhirView }));
const DicomView = lazy(async () => ({ default: (await import('./dicom/DicomView.js')).DicomView }));
const PdfView = lazy(async () => ({ default: (await import('./PdfView.js')).PdfView }));
const PictureView = lazy(async () => ({ default: (await import('./PictureView.js')).PictureView }));
const TableView = lazy(async () => ({ default: (await import('./TableView.js')).TableView }));
const ZipView = lazy(async () => ({ default: (await import('./ZipView.js')).ZipView }));

/** Forms whose viewers need the whole file in memory. */
const AT_ONCE: ReadonlySet<string> = new Set(['dicom', 'pdf']);

/** Catches what a viewer throws, so that a strange file never empties the page. */
class Guard extends Component<{ children: ReactNode; failed: (reason: string) => ReactNode }, { reason?: string }> {
  override state: { reason?: string } = {};

  static getDerivedStateFromError(error: unknown): { reason: string } {
    return { reason: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    return this.state.reason === undefined ? this.props.children : this.props.failed(this.state.reason);
  }
}

/** Shows a file. `mediaType` is what its owner says; the bytes are believed before it. */
export const FileViewer = ({ file, name, mediaType = '' }: { file: Blob; name: string; mediaType?: string }): ReactNode => {
  const words = useWords();
  const recognised = useAwaited(() => recognise(file, mediaType), [file, mediaType]);
  const url = useObjectUrl(file);
  return (
    <div className="v-file">
      <div className="v-bar v-head">
        <strong>{name}</strong>
        <span className="v-muted">
          {[recognised.state === 'done' ? recognised.value.mediaType : '', words('bytes', file.size.toLocaleString())].filter(Boolean).join(' · ')}
        </span>
        {url ? (
          <a className="v-button" href={url} download={name} title={words('saveHint')}>
            {words('save')}
          </a>
        ) : null}
      </div>
      {file.size === 0 ? <Note>{words('empty')}</Note> : null}
      {recognised.state === 'failed' ? <Note kind="error">{recognised.reason}</Note> : null}
      {recognised.state === 'waiting' ? <Reading /> : null}
      {recognised.state === 'done' && file.size > 0 ? <Shown file={file} name={name} {...recognised.value} /> : null}
    </div>
  );
};

const Shown = ({ file, name, form, mediaType }: { file: Blob; name: string; form: string; mediaType: string }): ReactNode => {
  const words = useWords();
  const isText = form === 'fhir' || form === 'ndjson' || form === 'csv';
  const failed = (reason: string): ReactNode => (
    <>
      <Note kind="error">
        {words('cannotRead', mediaType, reason.replace(/[.。]$/, ''))} {words('cannotReadHint')}
      </Note>
      {isText ? <TextPages file={file} label={name} /> : <HexPages file={file} />}
    </>
  );
  const view = (): ReactNode => {
    if (AT_ONCE.has(form) && file.size > MOST_AT_ONCE) return failed(words('tooLargeToShow', MOST_AT_ONCE >> 20));
    switch (form) {
      case 'fhir':
      case 'ndjson':
        return <FhirView file={file} isLines={form === 'ndjson'} failed={failed} />;
      case 'dicom':
        return <DicomView file={file} failed={failed} />;
      case 'pdf':
        return <PdfView file={file} failed={failed} />;
      case 'image':
        return <PictureView file={file} failed={failed} />;
      case 'csv':
        return <TableView file={file} failed={failed} />;
      case 'zip':
        return <ZipView file={file} failed={failed} />;
      case 'text':
        return <TextPages file={file} label={name} />;
      default:
        return (
          <>
            <Note kind="info">{words('unknownForm', mediaType)}</Note>
            <HexPages file={file} />
          </>
        );
    }
  };
  return (
    <Guard failed={failed}>
      <Suspense fallback={<Reading />}>{view()}</Suspense>
    </Guard>
  );
};
