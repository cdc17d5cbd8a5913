export const council = {
  title: 'Council',
} as const;
