// Light or dark: as the system has it, or as the reader has chosen.

import { keep, kept } from '../storage.js';

export type Theme = 'system' | 'light' | 'dark';

const STORED = 'medshare.theme';

export const storedTheme = (): Theme => {
  const stored = kept(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
};

export const applyTheme = (theme: Theme): void => {
  keep(STORED, theme === 'system' ? null : theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
};
