// What is in a file, and what in it identifies a person: the readers of the command, in workers of their own.

import { checkFile, describeFile, type Checked, type Kind as ReaderKind } from 'medshare-files';
import type { Descriptor, Kind } from '../chain/shapes.js';

const KINDS: Readonly<Record<Kind, ReaderKind>> = { Fhir: 'fhir', Dicom: 'dicom', Document: 'document' };

/** What was found in a file. */
export interface Description {
  /** What goes on the chain: the same that auditors come to. */
  readonly descriptor: Descriptor;
  /** Elements that identify a person. */
  readonly identifying: readonly string[];
  /** What was noticed and is not wrong. */
  readonly remarks: readonly string[];
  /** All that identifies, or may. */
  readonly checked: Checked;
}

/**
 * Describes a file and looks for what identifies; as what it is by its content, or as a kind. Tells which part is done, 0 to 1.
 *
 * @throws {FilesError} of medshare-files.
 */
export const describe = async (
  file: Blob,
  { kind, signal, onProgress }: { kind?: Kind; signal?: AbortSignal; onProgress?: (done: number) => void } = {},
): Promise<Description> => {
  // If one fails, the other is not waited for, and its worker has no more to do.
  const abort = new AbortController();
  const read = { signal: signal ? AbortSignal.any([signal, abort.signal]) : abort.signal, ...(kind ? { kind: KINDS[kind] } : {}) };
  const [description, checked] = await Promise.all([
    describeFile(file, read),
    checkFile(file, { ...read, ...(onProgress ? { onProgress } : {}) }),
  ]).catch((error: unknown) => {
    abort.abort();
    throw error;
  });
  return { ...description, descriptor: description.descriptor as Descriptor, checked };
};
