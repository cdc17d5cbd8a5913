// Why a call failed, where no pallet says it: the chain's own reasons, which come without words.

/** By the names of `DispatchError`; a group's name stands for all of the group that are not named. */
export const DISPATCH = {
  Other: 'The chain refused it for a reason that it does not name.',
  CannotLookup: 'An account that it names cannot be found.',
  BadOrigin: 'This account may not do this.',
  ConsumerRemaining: 'Something still rests on the account, so it cannot be removed.',
  NoProviders: 'The account is not on the chain: it has no money.',
  TooManyConsumers: 'Too much rests on the account.',
  'Token.FundsUnavailable': 'There is not enough money on the account.',
  'Token.OnlyProvider': 'The account would be left with less than what keeps it.',
  'Token.BelowMinimum': 'The amount is below the least that an account can have.',
  'Token.CannotCreate': 'The account that would have to be opened cannot be.',
  'Token.Frozen': 'The money of the account is frozen.',
  'Token.CannotCreateHold': 'Nothing can be put on hold for an account that has no money.',
  'Token.NotExpendable': 'The account would be removed, which it must not be.',
  Token: 'This cannot be done with this money.',
  Arithmetic: 'A number is out of its range.',
  Transactional: 'Calls are nested too deeply.',
  Exhausted: 'The chain has no room left for it.',
  Corruption: 'What the chain keeps is damaged. Report this.',
  Unavailable: 'Something that it needs cannot be had at present. Try again later.',
  RootNotAllowed: 'Root may not do this.',
  Trie: 'What the chain keeps cannot be read. Report this.',
} as const;

/** The words for a reason, by its name or that of its group. */
export const wordsOf = (words: Readonly<Record<string, string>>, error: string): string | undefined => words[error] ?? words[error.split('.')[0] ?? ''];
