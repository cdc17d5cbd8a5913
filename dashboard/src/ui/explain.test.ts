import { FilesError } from 'medshare-files';
import { MedshareError } from 'medshare-js';
import { describe, expect, it } from 'vitest';
import { en } from '../i18n/en/index.js';
import { zh } from '../i18n/zh/index.js';
import { explainFailure } from './sending.js';
import { explain } from './state.js';

describe('what is told in English', () => {
  const refused = { why: 'call', error: 'Marketplace.TooLow', docs: 'The price is too low.' } as const;

  it('stays as it is for who reads English', () => {
    expect(explain(new MedshareError('Unreachable', 'no vault', { hint: 'Start it.' }), en)).toEqual({ what: 'no vault', hint: 'Start it.' });
    expect(explainFailure(refused, en)).toEqual({ what: 'The price is too low.', detail: 'Marketplace.TooLow' });
    expect(explainFailure({ ...refused, docs: '' }, en)).toEqual({ what: 'Marketplace.TooLow', detail: 'Marketplace.TooLow' });
  });

  it('is a detail of what is said in another language', () => {
    const { what, hint, detail } = explain(new MedshareError('Unreachable', 'no vault', { hint: 'Start it.' }), zh);
    expect([what, hint, detail]).toEqual([expect.stringMatching(/\p{Script=Han}/u), undefined, 'no vault. Start it.']);
    const failure = explainFailure(refused, zh);
    expect(failure).toEqual({ what: expect.stringMatching(/\p{Script=Han}/u), detail: 'Marketplace.TooLow: The price is too low.' });
    expect(explainFailure({ why: 'call', error: 'Marketplace.TooLate', docs: 'The deadline has passed.' }, zh).what).toBe('期限已过。');
  });

  it('of readers of files is not taken for what a vault calls the same', () => {
    const [file, blob] = [new FilesError('TooLarge', 'it does not fit', null), new MedshareError('TooLarge', 'it does not fit')];
    expect(explain(file, zh).what).toMatch(/内存/);
    expect(explain(blob, zh).what).toMatch(/存储库/);
  });

  it('is told as it is where nobody has named it', () => {
    expect(explain(new Error('plain'), zh)).toEqual({ what: 'plain' });
  });
});
