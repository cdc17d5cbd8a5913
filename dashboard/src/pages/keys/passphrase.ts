// A passphrase that somebody makes up.

/** Least characters of a new passphrase, as the command and medshare-js have it. */
export const LEAST = 8;

/** What is wrong with a new passphrase, typed twice. */
export const wrongWith = (passphrase: string, again: string): 'short' | 'differs' | undefined => {
  if ([...passphrase].length < LEAST) return 'short';
  return passphrase === again ? undefined : 'differs';
};
