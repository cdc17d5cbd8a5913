// What the readers of files say, which is in English: other languages have words of their own for it.

export const readers = {
  /** What was noticed in a file, and is not wrong. */
  remark: (own: string): string => own,
  /** What a program cannot see in a file. */
  limit: (own: string): string => own,
  /** What identifies, or may: its kind, and what it is. */
  finding: (_identifier: string, own: string): string => own,
  /** A type of resource of FHIR, as descriptors have it: cut after 32 characters. */
  resource: (own: string): string => own,
} as const;
