import type { Catalogue } from '../en/index.js';

export const provider: Catalogue['provider'] = {
  title: '我的记录',
};
