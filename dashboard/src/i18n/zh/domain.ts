import type { Catalogue } from '../en/index.js';

export const domain: Catalogue['domain'] = {
  record: '记录',
  recordNumber: (number) => `记录 ${number}`,
  order: '订单',
  orderNumber: (number) => `订单 ${number}`,
  version: '版本',
  account: '账户',
  block: '区块',
  kind: { Fhir: 'FHIR', Dicom: 'DICOM', Document: '文档' },
  status: { Pending: '审核中', Approved: '已批准', Rejected: '已拒绝' },
  tier: { Restricted: '受限', Standard: '标准', Trusted: '可信', Exemplary: '典范' },
  role: { Hospital: '医院', Auditor: '审核员', Provider: '提供者', Buyer: '购买者', Vault: '存储库' },
  orderState: {
    Open: '等待密钥',
    Delivered: '已交付',
    Claimed: '质量申诉审理中',
    Settled: '已结算',
    Refunded: '已退款',
    Cancelled: '已取消',
    Expired: '已过期',
  },
  verdict: { Approve: '批准', Reject: '拒绝' },
  finding: {
    Unavailable: '文件无法取得',
    DoesNotOpen: '密钥无法打开文件',
    CommitmentMismatch: '内容与承诺不符',
    UnreadableFormat: '格式无法读取',
    FalseDescriptor: '描述不真实',
    NotDeidentified: '可识别到个人',
    Other: '其他',
  },
};
