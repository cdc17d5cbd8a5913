// What a file is, by its content, and what of it the chain knows.

import { MedshareError } from '../error.js';
import { slice } from './blob.js';
import type { Descriptor } from './descriptor.js';
import { describeDicom } from './dicom.js';
import { describeFhir } from './fhir.js';

/** What a file is. */
export interface Description {
  /** What goes on the chain: the same that auditors come to. */
  readonly descriptor: Descriptor;
  /** What its owner should know before sharing it. */
  readonly remarks: readonly string[];
}

/**
 * Describes a file of FHIR R4 in JSON or of DICOM, by its content. It does not look for what identifies a person: that is for
 * `medshare check` and `medshare deidentify` to do before.
 *
 * @throws {MedshareError} `Unreadable` if it is broken, or of a form that only the command describes.
 */
export const describe = async (document: Blob, signal?: AbortSignal): Promise<Description> => {
  if (document.size === 0) throw new MedshareError('Unreadable', 'the file is empty');
  const head = new TextDecoder('latin1').decode(await slice(document, 0, 1 << 16));
  if (head.startsWith('DICM', 128)) return describeDicom(document);
  // Perhaps a byte order mark, perhaps blanks, then an object.
  if (/^(\u00ef\u00bb\u00bf)?\s*\{/.test(head)) {
    return { descriptor: await describeFhir(document, signal), remarks: [] };
  }
  throw new MedshareError('Unreadable', 'the file is neither FHIR in JSON nor DICOM with its Part 10 header', {
    hint: 'Seal it with `medshare seal`, which describes files of other forms.',
  });
};
