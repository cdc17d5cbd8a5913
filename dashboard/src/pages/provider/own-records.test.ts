import { expect, test, vi } from 'vitest';
import type { Client } from '../../chain/connection.js';
import type { Hit } from '../../chain/index-client.js';
import { ofHit, storedRecords } from './own-records.js';

const descriptor = { kind: 'Dicom', modality: 'CT', plaintext_size: 12 };

test('from the state only the newest are read whole, and all are counted', async () => {
  const send = vi.fn(async (method: string, [, after]: [unknown, number | null]) => {
    if (method === 'medshare_recordVersion') return { status: 'Approved', content: { descriptor } };
    if (method === 'medshare_listing') return { price: '5' };
    const from = after === null ? 0 : after + 1;
    return Array.from({ length: Math.min(100, 1_234 - from) }, (_, i) => ({ id: from + i, owner: 'me', latest: 2, withdrawn: i % 2 === 1 }));
  });
  const { items, total } = await storedRecords({ provider: { send } } as unknown as Client, 'me', 50);
  expect([total, items.length, items[0]?.record, items.at(-1)?.record]).toEqual([1_234, 50, 1_233, 1_184]);
  expect(items[0]).toEqual({ record: 1_233, withdrawn: true, status: 'Approved', kind: 'Dicom', modality: 'CT', size: 12, price: '5' });
  expect(send).toHaveBeenCalledTimes(13 + 2 * 50);
});

test('what the index found is shown alike', () => {
  const hit = { record: 3, withdrawn: false, status: 'Pending', descriptor, size: 400, listing: null } as unknown as Hit;
  expect(ofHit(hit)).toEqual({ record: 3, withdrawn: false, status: 'Pending', kind: 'Dicom', modality: 'CT', size: 12, price: null });
});
