import type { Catalogue } from '../en/index.js';

export const council: Catalogue['council'] = {
  title: '理事会',
};
