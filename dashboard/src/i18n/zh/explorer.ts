import type { Catalogue } from '../en/index.js';

export const explorer: Catalogue['explorer'] = {
  title: '浏览器',
};
