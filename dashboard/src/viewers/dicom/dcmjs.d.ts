// What is used of dcmjs, which has no types of its own.

declare module 'dcmjs' {
  /** Reading, and the standard's dictionary. */
  export const data: {
    readonly DicomMessage: { readFile(bytes: ArrayBuffer): { meta: unknown; dict: unknown } };
    readonly DicomMetaDictionary: {
      readonly dictionary: Readonly<Record<string, { readonly name: string } | undefined>>;
      readonly sopClassNamesByUID: Readonly<Record<string, string | undefined>>;
      naturalizeDataset(dataset: unknown): Record<string, unknown>;
    };
  };
  /** Its messages to the console. */
  export const log: { setLevel(level: string): void; getLogger(name: string): { setLevel(level: string): void } };
}
