// dcmjs and dcmjs-imaging.

import type * as Imaging from 'dcmjs-imaging';
import type * as Dcmjs from 'dcmjs';

/** Both libraries. */
export type Libraries = typeof Dcmjs.data & Pick<typeof Imaging, 'DicomImage' | 'NativePixelDecoder' | 'WindowLevel'>;

/** Loads both, which are large, when the first object is opened. */
export const load = async (): Promise<Libraries> => {
  const [dcmjs, imported] = await Promise.all([import('dcmjs'), import('dcmjs-imaging')]);
  // A CommonJS module: bundlers have all of it as its default export.
  const imaging = 'default' in imported ? (imported.default as typeof Imaging) : imported;
  // Otherwise they write to the console what they do not like about a file.
  dcmjs.log.setLevel('silent');
  dcmjs.log.getLogger('validation.dcmjs').setLevel('silent');
  imaging.log.setLevel('silent');
  const { DicomImage, NativePixelDecoder, WindowLevel } = imaging;
  return { ...dcmjs.data, DicomImage, NativePixelDecoder, WindowLevel };
};
