// Names of codes that everybody may print: DICOM's modalities and commonest kinds of objects (PS3.3 C.7.3.1.1.1, PS3.6 table A-1),
// and the chapters of ICD-10. Terms of SNOMED CT, LOINC and RxNorm have licences of their own, so those codes are shown as codes.

import type { Code } from '../chain/shapes.js';

/** A name in the languages of the app. */
export interface Name {
  /** English. */
  readonly en: string;
  /** Chinese. */
  readonly zh: string;
}

const MODALITIES: Readonly<Record<string, Name>> = {
  AR: { en: 'Autorefraction', zh: '自动验光' },
  BMD: { en: 'Bone densitometry', zh: '骨密度测定' },
  CR: { en: 'Computed radiography', zh: '计算机X线摄影' },
  CT: { en: 'Computed tomography', zh: '计算机断层扫描' },
  DX: { en: 'Digital radiography', zh: '数字X线摄影' },
  ECG: { en: 'Electrocardiography', zh: '心电图' },
  EEG: { en: 'Electroencephalography', zh: '脑电图' },
  ES: { en: 'Endoscopy', zh: '内窥镜' },
  IO: { en: 'Intra-oral radiography', zh: '口内X线摄影' },
  IVUS: { en: 'Intravascular ultrasound', zh: '血管内超声' },
  MG: { en: 'Mammography', zh: '乳腺X线摄影' },
  MR: { en: 'Magnetic resonance', zh: '磁共振' },
  NM: { en: 'Nuclear medicine', zh: '核医学' },
  OCT: { en: 'Optical coherence tomography', zh: '光学相干断层扫描' },
  OP: { en: 'Ophthalmic photography', zh: '眼科摄影' },
  OPT: { en: 'Ophthalmic tomography', zh: '眼科断层扫描' },
  OT: { en: 'Other', zh: '其他' },
  PT: { en: 'Positron emission tomography', zh: '正电子发射断层扫描' },
  PX: { en: 'Panoramic X-ray', zh: '全景X线' },
  RF: { en: 'Radiofluoroscopy', zh: 'X线透视' },
  RG: { en: 'Radiographic imaging', zh: 'X线成像' },
  RTDOSE: { en: 'Radiotherapy dose', zh: '放疗剂量' },
  RTIMAGE: { en: 'Radiotherapy image', zh: '放疗图像' },
  RTPLAN: { en: 'Radiotherapy plan', zh: '放疗计划' },
  RTSTRUCT: { en: 'Radiotherapy structure set', zh: '放疗结构集' },
  SC: { en: 'Secondary capture', zh: '二次捕获' },
  SEG: { en: 'Segmentation', zh: '分割' },
  SM: { en: 'Slide microscopy', zh: '玻片显微镜' },
  SR: { en: 'Structured report', zh: '结构化报告' },
  US: { en: 'Ultrasound', zh: '超声' },
  XA: { en: 'X-ray angiography', zh: 'X线血管造影' },
  XC: { en: 'External camera photography', zh: '外部相机摄影' },
};

const STORAGE = '1.2.840.10008.5.1.4.1.1.';
const OBJECTS: Readonly<Record<string, Name>> = {
  '1': { en: 'Computed radiography image', zh: '计算机X线图像' },
  '1.1': { en: 'Digital X-ray image', zh: '数字X线图像' },
  '1.2': { en: 'Digital mammography image', zh: '数字乳腺X线图像' },
  '2': { en: 'CT image', zh: 'CT图像' },
  '2.1': { en: 'Enhanced CT image', zh: '增强型CT图像' },
  '3.1': { en: 'Ultrasound multi-frame image', zh: '超声多帧图像' },
  '4': { en: 'MR image', zh: 'MR图像' },
  '4.1': { en: 'Enhanced MR image', zh: '增强型MR图像' },
  '6.1': { en: 'Ultrasound image', zh: '超声图像' },
  '7': { en: 'Secondary capture image', zh: '二次捕获图像' },
  '12.1': { en: 'X-ray angiographic image', zh: 'X线血管造影图像' },
  '20': { en: 'Nuclear medicine image', zh: '核医学图像' },
  '66.4': { en: 'Segmentation', zh: '分割' },
  '77.1.6': { en: 'Whole slide microscopy image', zh: '全玻片显微图像' },
  '88.11': { en: 'Basic text report', zh: '基本文本报告' },
  '88.22': { en: 'Enhanced report', zh: '增强型报告' },
  '88.33': { en: 'Comprehensive report', zh: '综合报告' },
  '104.1': { en: 'Encapsulated PDF', zh: '封装PDF' },
  '128': { en: 'PET image', zh: 'PET图像' },
  '481.2': { en: 'Radiotherapy dose', zh: '放疗剂量' },
  '481.3': { en: 'Radiotherapy structure set', zh: '放疗结构集' },
  '481.5': { en: 'Radiotherapy plan', zh: '放疗计划' },
};

/** The chapters of ICD-10 by the last category of each. */
const CHAPTERS: readonly (readonly [last: string, name: Name])[] = [
  ['B99', { en: 'Infectious and parasitic diseases', zh: '传染病和寄生虫病' }],
  ['D49', { en: 'Neoplasms', zh: '肿瘤' }],
  ['D89', { en: 'Diseases of the blood and immune disorders', zh: '血液及免疫疾病' }],
  ['E90', { en: 'Endocrine, nutritional and metabolic diseases', zh: '内分泌、营养和代谢疾病' }],
  ['F99', { en: 'Mental and behavioural disorders', zh: '精神和行为障碍' }],
  ['G99', { en: 'Diseases of the nervous system', zh: '神经系统疾病' }],
  ['H59', { en: 'Diseases of the eye', zh: '眼疾病' }],
  ['H95', { en: 'Diseases of the ear', zh: '耳疾病' }],
  ['I99', { en: 'Diseases of the circulatory system', zh: '循环系统疾病' }],
  ['J99', { en: 'Diseases of the respiratory system', zh: '呼吸系统疾病' }],
  ['K95', { en: 'Diseases of the digestive system', zh: '消化系统疾病' }],
  ['L99', { en: 'Diseases of the skin', zh: '皮肤疾病' }],
  ['M99', { en: 'Diseases of muscles, bones and connective tissue', zh: '肌肉骨骼和结缔组织疾病' }],
  ['N99', { en: 'Diseases of the genitourinary system', zh: '泌尿生殖系统疾病' }],
  ['O9Z', { en: 'Pregnancy, childbirth and the puerperium', zh: '妊娠、分娩和产褥期' }],
  ['P99', { en: 'Conditions of the perinatal period', zh: '围生期疾病' }],
  ['Q99', { en: 'Congenital malformations', zh: '先天性畸形' }],
  ['R99', { en: 'Symptoms and abnormal findings', zh: '症状和异常所见' }],
  ['T99', { en: 'Injury and poisoning', zh: '损伤和中毒' }],
  ['U99', { en: 'Codes for special purposes', zh: '特殊目的编码' }],
  ['Y99', { en: 'External causes', zh: '外因' }],
  ['Z99', { en: 'Factors influencing health status', zh: '影响健康状态的因素' }],
];

/** The modalities of DICOM that have a name here. */
export const MODALITY_CODES: readonly string[] = Object.keys(MODALITIES);

/** The name of a DICOM modality. */
export const modalityName = (modality: string): Name | undefined => MODALITIES[modality];

/** What a code means, if that can be said. */
export const codeName = ({ system, code }: Code): Name | undefined => {
  if (system === 'Dicom') return code.startsWith(STORAGE) ? OBJECTS[code.slice(STORAGE.length)] : undefined;
  if (system !== 'Icd10') return undefined;
  const category = code.slice(0, 3).toUpperCase();
  return /^[A-Z]\d[0-9A-Z]$/.test(category) ? CHAPTERS.find(([last]) => category <= last)?.[1] : undefined;
};
