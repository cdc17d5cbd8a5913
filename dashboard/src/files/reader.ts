// What is in a file, and what in it identifies a person: the readers of the command, in workers of their own.

import { checkFile, describeFile, type Checked, type Kind as ReaderKind } from 'medshare-files';
import type { Descriptor, Kind } from '../chain/index-client.js';

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
  { kind, ...options }: { kind?: Kind; signal?: AbortSignal; onProgress?: (done: number) => void } = {},
): Promise<Description> => {
  const read = { ...options, ...(kind ? { kind: KINDS[kind] } : {}) };
  const [description, checked] = await Promise.all([describeFile(file, { ...read, onProgress: undefined }), checkFile(file, read)]);
  return { ...description, descriptor: description.descriptor as Descriptor, checked };
};
