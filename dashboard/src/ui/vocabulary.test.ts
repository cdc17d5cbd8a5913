import { expect, it } from 'vitest';
import { codeName, modalityName } from './vocabulary.js';

const icd = (code: string): string | undefined => codeName({ system: 'Icd10', code })?.en;

it('knows the chapter of an ICD-10 code', () => {
  expect(icd('E11.9')).toBe('Endocrine, nutritional and metabolic diseases');
  expect(icd('D48')).toBe('Neoplasms');
  expect(icd('D50.9')).toBe('Diseases of the blood and immune disorders');
  expect(icd('h60')).toBe('Diseases of the ear');
  expect(icd('O9A')).toBeDefined();
  expect(icd('11')).toBeUndefined();
});

it('knows what DICOM calls things, and nothing of other vocabularies', () => {
  expect(codeName({ system: 'Dicom', code: '1.2.840.10008.5.1.4.1.1.2' })?.en).toBe('CT image');
  expect(codeName({ system: 'Dicom', code: '1.2.3' })).toBeUndefined();
  expect(codeName({ system: 'Snomed', code: '38341003' })).toBeUndefined();
  expect(modalityName('MR')?.zh).toBe('磁共振');
  expect(modalityName('QQ')).toBeUndefined();
});
