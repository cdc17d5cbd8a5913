// 文件读取程序（crates/files）以英文写出的话。测试把它们与其源代码对照：多出一句没有中文的话就会失败。

import type { Identifier } from 'medshare-files';
import type { Catalogue } from '../en/index.js';
import { RESOURCES } from './resources.js';

/** 一句话的样子，以及它的中文；括号里是文件各自的内容。 */
type Sentence = readonly [RegExp, (...parts: string[]) => string];

const FORMS: Readonly<Record<string, string>> = {
  'a zip': 'ZIP 压缩包',
  'a PDF': 'PDF',
  'a PNG image': 'PNG 图像',
  'a JPEG image': 'JPEG 图像',
  'a TIFF image': 'TIFF 图像',
  'a table': '表格',
  text: '文本',
};

/** PDF 没有读完的原因。 */
const UNREAD: readonly Sentence[] = [
  [/^has more than (.+) MiB$/, (size) => `超过 ${size} MiB`],
  [/^is encrypted$/, () => '已加密'],
  [/^is compressed in a way that might fill all memory$/, () => '压缩方式可能占满内存'],
  [/^has a table of objects that cannot be read$/, () => '对象表无法读取'],
  [/^has text in a font that does not say which characters it shows$/, () => '有些文字的字体未说明其字符'],
  [/^has content that cannot be unpacked$/, () => '有无法解压的内容'],
  [/^has more text than is looked at$/, () => '文字多于所能查看的量'],
  [/^has a JPEG image among its instructions, which may say more than it shows$/, () => '指令中嵌有 JPEG 图像，其中可能含有未显示的内容'],
  [/^has forms too deep within forms$/, () => '表单嵌套过深'],
];

const REMARKS: readonly Sentence[] = [
  [/^a zip in a zip is not looked into; unpack it first$/, () => '压缩包中的压缩包不会被查看；请先解压。'],
  [/^its text is not UTF-8; it is read as Windows-1252$/, () => '文本不是 UTF-8，按 Windows-1252 读取。'],
  [/^(\S+) bytes follow the end of the image$/, (bytes) => `图像结尾之后还有 ${bytes} 字节。`],
  [/^its first 128 bytes, which mean nothing in DICOM, are not empty; they are shared as they are$/, () => '前 128 个字节在 DICOM 中没有含义，但不为空；将原样共享。'],
  [/^zeros follow its last element; they are shared as they are$/, () => '最后一个元素之后有若干零；将原样共享。'],
  [/^left out, as systems leave them behind: (.+)$/, (files) => `已略去系统遗留的文件：${files}`],
  [
    /^it holds files of several forms, so it is shared as a document; a folder of DICOM or FHIR files only is described in their terms$/,
    () => '其中有多种格式的文件，因此作为文档共享；只含 DICOM 或 FHIR 文件的文件夹会按其格式描述。',
  ],
  [/^a directory of DICOM files is left out, as it lists them as they were$/, () => '已略去 DICOM 文件目录，因为它列出的是原来的文件。'],
  [/^it is the same DICOM instance as another file$/, () => '与另一个文件是同一 DICOM 实例。'],
  [/^its name ends \.(.+), but by its content it is (.+)$/, (ending, form) => `文件名以 .${ending} 结尾，但其内容是 ${FORMS[form] ?? form}。`],
  [/^MSH-18 names no character set, and the text is not ASCII; it is read as (.+)$/, (set) => `MSH-18 未说明字符集，且文本不是 ASCII；按 ${set} 读取。`],
  [/^it is encrypted, so auditors cannot read it without its password$/, () => '文件已加密，审核员没有密码就无法读取。'],
  [/^it (.+), and so nobody looked into it$/, (reason) => `未查看其内容：${said(UNREAD, reason) ?? reason}。`],
  [/^page (\S+) (.+): nobody looked at its text$/, (page, reason) => `第 ${page} 页的文字未被查看：${said(UNREAD, reason) ?? reason}。`],
  // 无法按其格式读取，仍作为文档共享的文件。原因是给技术人员看的，保持原文。
  [/ is empty: there is nothing to share$/, () => '文件为空：没有可共享的内容。'],
  [/ is not valid FHIR R4 JSON: (.+); correct the file, or share it with --kind document$/, (reason) => `不是有效的 FHIR R4 JSON：${reason}`],
  [/ is not a valid DICOM file: (.+); export it again, or share it with --kind document$/, (reason) => `不是有效的 DICOM 文件：${reason}`],
  [/ is no valid (.+?): (.+); correct the file, or share it with --kind document$/, (form, reason) => `不是有效的 ${form}：${reason}`],
  [/ is a zip that cannot be shared: (.+)$/, (reason) => `此 ZIP 压缩包不能共享：${reason}`],
  [/ cannot be shared as a folder: (.+)$/, (reason) => `不能作为文件夹共享：${reason}`],
  [/ is not of the kind that was named, (.+?): (.+)$/, (kind, reason) => `不是所指定的种类 ${kind}：${reason}`],
  [
    / is (.+): what identifies somebody cannot reliably be taken out of it by a program; save it anew in another form, or let a person take that out$/,
    (what) => `程序无法可靠地从中去除标识个人的内容（${what}）；请另存为其他格式，或由人来去除。`,
  ],
];

const LIMITS: Readonly<Record<string, string>> = {
  'Text is searched for what looks like an identifier: names and stories in it are for people to find.': '程序只在文本中查找形似标识符的内容：其中的姓名和叙述需要人来发现。',
  'What an image shows is not read: text and faces in it are for people to find.': '程序不读取图像所显示的内容：其中的文字和面部需要人来发现。',
  'Pixels are not read: text burned into them and faces are for people to find.': '程序不读取像素：嵌入其中的文字和面部需要人来发现。',
  'No date says how old the patients were: who is over 89 cannot be told.': '没有日期能说明患者的年龄：无法得知谁超过 89 岁。',
};

/** 标识符的种类。 */
const IDENTIFIERS: Readonly<Record<Identifier, string>> = {
  names: '姓名',
  geography: '小于省级的地点',
  dates: '精确到年以下的日期，或 89 岁以上的年龄',
  telephone: '电话号码',
  fax: '传真号码',
  email: '电子邮件地址',
  'social-security': '社会保障号码',
  'medical-record': '病历号',
  'health-plan': '医疗保险号码',
  account: '账号',
  licence: '证件号码',
  vehicle: '车辆标识',
  device: '设备标识',
  url: '网址',
  'ip-address': 'IP 地址',
  biometric: '生物特征',
  photograph: '面部照片',
  other: '其他唯一编号或自由文本',
};

/** 种类说得不够的那些。 */
const FINDINGS: Readonly<Record<string, string>> = {
  'text burned into the image that identifies the patient (0028,0301): blacken it before sharing': '图像中嵌有标识患者的文字（0028,0301）：请在共享前涂黑',
  'such images often have text burned in: look at it': '这类图像常嵌有文字：请查看',
  'an image by which somebody can be recognised (0028,0302): deface it before sharing': '可由图像认出某人（0028,0302）：请在共享前遮去面部',
  'a photograph: look at it': '照片：请查看',
  'a volume of the head, from which a face can be reconstructed': '头部体数据，可由其重建面部',
  'free text': '自由文本',
  'a note': '备注',
  'a narrative for people to read': '供人阅读的叙述',
  'free text about the patient': '关于患者的自由文本',
  'text or data beside an image or pages': '图像或页面之外的文字或数据',
  'a document, unread': '未读取的文档',
  'an attached document, unread': '未读取的附件',
  'a file name that may say whose it is': '可能说明属于何人的文件名',
  'a private attribute': '私有属性',
  'what follows where a file is broken: nobody looked at it': '文件从某处起已损坏：其后的内容未被查看',
  'further elements': '其他元素',
};

/** 链上的名称只有前 32 个字符。 */
const TYPES: ReadonlyMap<string, string> = new Map(Object.entries(RESOURCES).map(([type, name]) => [type.slice(0, 32), name]));

const said = (sentences: readonly Sentence[], own: string): string | undefined => {
  for (const [pattern, words] of sentences) {
    const match = pattern.exec(own);
    if (match) return words(...match.slice(1));
  }
  return undefined;
};

/** 文件夹或压缩包中的文件，其名在前：`文件: 那句话`。 */
const ofMember = (own: string): string | undefined => {
  for (let colon = own.indexOf(': '); colon >= 0; colon = own.indexOf(': ', colon + 1)) {
    const words = said(REMARKS, own.slice(colon + 2));
    if (words !== undefined) return `${own.slice(0, colon)}：${words}`;
  }
  return undefined;
};

export const readers: Catalogue['readers'] = {
  remark: (own) => said(REMARKS, String(own)) ?? ofMember(String(own)) ?? own,
  limit: (own) => LIMITS[own] ?? own,
  resource: (own) => TYPES.get(own) ?? own,
  finding: (identifier, own) => FINDINGS[own] ?? (IDENTIFIERS as Readonly<Record<string, string>>)[identifier] ?? own,
};
