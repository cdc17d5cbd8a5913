// Consent in plain words: what owners permit, and what users intend.

export const consent = {
  permission: {
    NoRestriction: 'Any use',
    GeneralResearch: 'Any research, not clinical care',
    HealthResearch: 'Health, medical or biomedical research',
    DiseaseResearch: (a: string) => `Research on this disease only: ${a}`,
    PopulationOrigins: 'Research on origins and ancestry of populations only',
    ClinicalCare: 'Care of the patient only',
  },
  modifier: {
    NotForProfitOrganisation: 'Only by organisations that are not for profit',
    NonCommercial: 'No commercial use',
    NoMethodsDevelopment: 'Not for developing methods',
    NoPopulationOrigins: 'Not for research on origins and ancestry',
    EthicsApprovalRequired: 'Only with the approval of an ethics board',
    PublicationRequired: 'Results must be published',
  },
  use: {
    BiomedicalResearch: 'Biomedical research',
    DiseaseResearch: 'Research on a disease',
    MethodsDevelopment: 'Developing methods, such as software',
    PopulationOrigins: 'Research on origins and ancestry',
    OtherResearch: 'Other research',
    ClinicalCare: 'Care of the patient',
    Other: 'Something else',
  },
  flag: {
    commercial: 'The use is commercial',
    forProfit: 'We are a for-profit organisation',
    ethics: 'An ethics board approved it',
    publish: 'The results will be published',
  },
} as const;
