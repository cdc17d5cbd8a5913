export const explorer = {
  title: 'Explorer',
} as const;
