export const provider = {
  title: 'My records',
} as const;
