// Reads and renders DICOM off the page's thread. Data set and pixels stay here: the page gets rows and finished images.
//
// dcmjs-imaging loads its decoders (JPEG, JPEG-LS, JPEG 2000, RLE, JPEG XL in WebAssembly) with `eval("fetch(…)")`, to hide
// the word from bundlers. The page's policy forbids eval, so in this worker, which does nothing else, `eval` is a function
// that does what that one text says and refuses every other.

import { expose, transfer } from 'comlink';
import decoders from 'dcmjs-imaging/build/dcmjs-native-codecs.wasm?url';
import { PLAIN, UNCOMPRESSED, isCutOff, tagRows, type Preset, type RawDataset, type TagRow, type Window } from './model.js';
import { load, type Libraries } from './libraries.js';

const LOADS_DECODERS = 'fetch(this.webAssemblyModulePathOrUrl || wasmFilename)';

Object.defineProperty(globalThis, 'eval', {
  value: (text: unknown) => {
    if (text === LOADS_DECODERS) return fetch(decoders);
    throw new EvalError('nothing else is evaluated here');
  },
});

/** What is known of an object's image. */
export interface ImageInfo {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Frames, at least 1. */
  readonly frames: number;
  /** Whether it has shades and no colours, so that a window can be set. */
  readonly isGray: boolean;
  /** Windows that the file names. */
  readonly windows: readonly Preset[];
  /** Whether fewer pixels are there than the header says. */
  readonly isCutOff: boolean;
}

/** What is known of an object. */
export interface Opened {
  /** Its elements. */
  readonly rows: readonly TagRow[];
  /** How many more elements it has. */
  readonly left: number;
  /** Its transfer syntax. */
  readonly syntax: string;
  /** Modality, such as `CT`. */
  readonly modality: string;
  /** Its SOP class by name, or its UID. */
  readonly sopClass: string;
  /** Its image, if it has one. */
  readonly image: ImageInfo | undefined;
}

/** A rendered frame: RGBA, one byte each, by rows. */
export interface Rendered {
  /** Columns. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** The pixels. */
  readonly pixels: ArrayBuffer;
  /** The window that was applied, for an image in shades. */
  readonly window: Window | undefined;
}

let libraries: Libraries | undefined;
let image: InstanceType<Libraries['DicomImage']> | undefined;
let needsDecoders = false;

const numberOf = (value: unknown): number => Number(Array.isArray(value) ? value[0] : value) || 0;
const textOf = (value: unknown): string => (Array.isArray(value) ? value.join('\\') : String(value ?? ''));

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const imageOf = (elements: Readonly<Record<string, unknown>>, cutOff: boolean, { WindowLevel }: Libraries): ImageInfo | undefined => {
  const [width, height] = [numberOf(elements['Columns']), numberOf(elements['Rows'])];
  if (!(elements['PixelData'] ?? elements['FloatPixelData']) || !width || !height) return undefined;
  const windows = WindowLevel.fromDicomImageElements(elements).map((each, i) => ({
    name: each.getDescription() ?? `${i + 1}`,
    center: each.getLevel(),
    width: each.getWindow(),
    ofFile: true,
  }));
  return {
    width,
    height,
    frames: Math.max(1, numberOf(elements['NumberOfFrames'])),
    isGray: numberOf(elements['SamplesPerPixel']) <= 1 && !textOf(elements['PhotometricInterpretation']).startsWith('PALETTE'),
    windows,
    isCutOff: cutOff,
  };
};

const worker = {
  /** Reads an object. What is wrong with it comes back as text. */
  async open(file: Blob): Promise<Opened | { problem: string }> {
    libraries ??= await load();
    const { DicomMessage, DicomMetaDictionary, DicomImage } = libraries;
    image = undefined;
    try {
      const bytes = await file.arrayBuffer();
      const { meta, dict } = DicomMessage.readFile(bytes);
      const nameOf = (tag: string): string => DicomMetaDictionary.dictionary[tag]?.name ?? '';
      const { rows, left } = tagRows({ ...(meta as RawDataset), ...(dict as RawDataset) }, nameOf);
      const { TransferSyntaxUID } = DicomMetaDictionary.naturalizeDataset(meta);
      const syntax = textOf(TransferSyntaxUID);
      const elements = DicomMetaDictionary.naturalizeDataset(dict);
      needsDecoders = !UNCOMPRESSED.has(syntax);
      const uid = textOf(elements['SOPClassUID']);
      const info = imageOf(elements, PLAIN.has(syntax) && isCutOff(new Uint8Array(bytes)), libraries);
      if (info) image = new DicomImage(elements, syntax);
      const sopClass = DicomMetaDictionary.sopClassNamesByUID[uid] ?? uid;
      return { rows, left, syntax, modality: textOf(elements['Modality']), sopClass, image: info };
    } catch (error) {
      return { problem: reason(error) };
    }
  },

  /** Renders a frame, counted from 0, with a window or with that of the file. What is wrong comes back as text. */
  async render(frame: number, window: Window | undefined, inverted: boolean): Promise<Rendered | { problem: string }> {
    if (!image || !libraries) return { problem: 'no object is open' };
    const { NativePixelDecoder, WindowLevel } = libraries;
    try {
      if (needsDecoders && !NativePixelDecoder.isInitialized()) await NativePixelDecoder.initializeAsync();
      const windowLevel = window && new WindowLevel(window.width, window.center);
      const { width, height, pixels, windowLevel: applied } = image.render({ frame, ...(windowLevel ? { windowLevel } : {}) });
      if (inverted) {
        const bytes = new Uint8Array(pixels);
        for (let i = 0; i < bytes.length; i += 4) {
          for (let channel = i; channel < i + 3; channel += 1) bytes[channel] = 255 - bytes[channel]!;
        }
      }
      const used = applied && { center: applied.getLevel(), width: applied.getWindow() };
      return transfer({ width, height, pixels, window: used }, [pixels]);
    } catch (error) {
      return { problem: reason(error) };
    }
  },
};

/** What the worker does for the page. */
export type DicomWorker = typeof worker;

expose(worker);
