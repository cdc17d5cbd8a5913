import type { Catalogue } from '../en/index.js';

export const consent: Catalogue['consent'] = {
  permission: {
    NoRestriction: '任何用途',
    GeneralResearch: '任何研究，不含临床诊疗',
    HealthResearch: '健康、医学或生物医学研究',
    DiseaseResearch: (a) => `仅限研究此疾病：${a}`,
    PopulationOrigins: '仅限人群起源与祖源研究',
    ClinicalCare: '仅限该患者的诊疗',
  },
  modifier: {
    NotForProfitOrganisation: '仅限非营利机构',
    NonCommercial: '禁止商业用途',
    NoMethodsDevelopment: '不得用于方法开发',
    NoPopulationOrigins: '不得用于起源与祖源研究',
    EthicsApprovalRequired: '须经伦理委员会批准',
    PublicationRequired: '结果必须发表',
  },
  use: {
    BiomedicalResearch: '生物医学研究',
    DiseaseResearch: '疾病研究',
    MethodsDevelopment: '方法开发（如软件）',
    PopulationOrigins: '起源与祖源研究',
    OtherResearch: '其他研究',
    ClinicalCare: '该患者的诊疗',
    Other: '其他',
  },
  flag: {
    commercial: '属于商业用途',
    forProfit: '我们是营利机构',
    ethics: '已获伦理委员会批准',
    publish: '结果将会发表',
  },
};
