import type { ErrorCode as FilesErrorCode } from 'medshare-files';
import type { ErrorCode } from 'medshare-js';
import type { Named } from '../../chain/errors.js';
import type { KeyFailure } from '../../keys/protocol.js';
import { wordsOf } from '../en/errors.js';
import type { Catalogue } from '../en/index.js';
import { DISPATCH, PALLETS } from './errors.js';
import { REFUSALS } from './vault.js';

/** 以英文说明的错误，按其固定名称。 */
const TOLD: Readonly<Record<ErrorCode | KeyFailure['code'], string>> = {
  NonCanonicalPoint: '密钥的编码无效。',
  IdentityPoint: '密钥的编码无效。',
  NonCanonicalScalar: '密钥的编码无效。',
  ZeroSecret: '私钥无效。',
  FalseProof: '证明不成立。',
  NoRecordKey: '您的密钥打不开这份记录的密钥。',
  NotAPlaintext: '解密得到的不是 medshare 的内容。',
  Invalid: '某个值的格式不正确。',
  MissingKey: '您的密钥文件中没有所需的密钥。请打开另一个密钥文件。',
  WrongPassphrase: '口令打不开这个密钥文件。请重新输入。',
  BadKeyFile: '这个密钥文件无法使用。请选择另一个文件。',
  NotEnvelope: '这个文件不是加密文件，或已损坏。',
  WrongKey: '记录密钥打不开这个加密文件。',
  WrongCiphertext: '加密文件与登记的不符。',
  WrongPlaintext: '加密文件中的内容与登记的不符。',
  Unreadable: '无法读取这份文件：它已损坏，或格式不受支持。',
  BadAddress: '存储库的地址无效。请在“设置”中检查。',
  Unreachable: '无法连接存储库。请检查其地址，以及它是否正在运行并允许本页面访问。',
  TooLarge: '文件超过该存储库接受的大小。请使用另一个存储库，或拆分文件。',
  Refused: '存储库拒绝了请求。',
  Unexpected: '存储库的回答不符合协议。请检查其地址。',
  OtherChain: '该存储库属于另一条链。请使用所连接的链的存储库。',
  WrongBlob: '存储库发来的不是所请求的内容。请使用该版本的另一个存储库，或报告此事。',
  Locked: '在完成之前，密钥已被锁定。请打开密钥文件后重试。',
  Broken: '保管密钥的后台程序出了问题。请重新加载本页。',
};

/** 文件读取程序的错误，按其固定名称；其中有的与上面同名，意思不同。 */
const READ: Readonly<Record<FilesErrorCode, string>> = {
  Read: '无法读取文件。请重新选择：它可能已被移动或更改。',
  Write: '无法写出副本。请检查浏览器是否还有空间，或使用 medshare 命令。',
  Empty: '文件为空。请选择其他文件。',
  Broken: '文件已损坏。请重新导出，或原样作为文档共享。',
  Zip: '此压缩包已损坏，或不应被打开。请解压后选择其中的文件。',
  Folder: '这些文件不能作为一个文件夹共享。请更改所指文件的名称，或将其去掉。',
  OtherKind: '文件不是所指定的种类。请去掉这些文件，或将全部作为文档共享。',
  NotDeidentifiable: '程序无法从中去除标识个人的内容。请另存为其他格式，或由人来去除。',
  Unreadable: '无法读取这份文件。',
  TooLarge: '解压后超出浏览器的内存。请使用 medshare 命令。',
  NoSecret: '这不是机构密钥。请选择 medshare 保存它的文件，或新建一个。',
  Usage: '调用有误。请报告此事。',
  NotLoaded: '无法载入文件读取程序。请重新加载本页。',
  Fault: '文件读取程序停止了。可能内存不足；medshare 命令所需较少。',
};

const told = ({ code, from, vault }: Named, own: string): string => {
  if (vault !== undefined && REFUSALS[vault] !== undefined) return REFUSALS[vault];
  const words: Readonly<Record<string, string>> = from === 'FilesError' ? READ : TOLD;
  return words[code] ?? own;
};

/** 链拒绝调用的原因；没有中文时，只说它被拒绝。 */
const refused = (error: string): string => {
  const [pallet = '', name = ''] = String(error).split('.');
  return PALLETS[pallet]?.[name] ?? wordsOf(DISPATCH, String(error)) ?? '链没有接受这次调用。原因见下。';
};

export const chain: Catalogue['chain'] = {
  state: {
    connecting: '正在连接',
    ready: '已连接',
    lost: '连接中断',
    refused: '链不正确',
    finalLag: (blocks) => (blocks === 0 ? '全部已最终确认' : `${blocks} 个区块尚未最终确认`),
    block: '区块',
    final: '已最终确认',
    notFinal: '尚未最终确认',
    development: '开发链',
  },
  asOf: (block) => `截至已最终确认的区块 ${block}：更新的内容会在数秒后显示。`,
  banner: {
    connecting: (node) => `正在连接节点 ${node}。`,
    lost: (node) => `与节点 ${node} 的连接已中断。您看到的内容可能已过时。正在自动重连。`,
    otherChain: (name) => `该节点属于另一条链（${name}），不是本应用所对应的链。不显示也不发送任何内容。`,
    notMedshare: (name) => `该节点的链（${name}）不是 medshare 链。不显示也不发送任何内容。`,
    blocked: (address) => `提供本应用的服务器不允许它连接 ${address}。请使用运营方已指定的地址，或请运营方加入该地址。`,
    settings: '指定其他节点',
  },
  account: {
    label: '账户',
    none: '选择账户',
    title: '由谁操作',
    wallets: '此浏览器中的钱包',
    noWallets: '此浏览器中没有钱包。本应用使用提供扩展注入接口的钱包，例如 polkadot.js、Talisman 和 SubWallet；安装后请重新加载本页。',
    connect: (wallet) => `连接 ${wallet}`,
    refused: (wallet, why) => `${wallet} 不允许本页查看其账户：${why}`,
    development: '开发账户',
    developmentText: '其私钥人尽皆知，只存在于开发链上。',
    use: '以此账户操作',
    acting: '当前',
    leave: '不以任何账户操作',
    keyFile: '密钥文件',
    keyFileText: '用于打开加密给您的内容。它在本浏览器中解密，只保存在内存里，从不发送。',
    chooseFile: '选择密钥文件',
    passphrase: '口令',
    open: '打开',
    opening: '正在打开，需要一两秒',
    keysOpen: '密钥已打开',
    lock: '锁定：忘记密钥',
    makeKeys: '新建密钥文件或新密钥',
    source: { development: '开发账户', 'key-file': '密钥文件' },
    needAccount: '请先选择账户：按钮在页面顶部。',
    needKeys: '请先打开您的密钥文件：在页面顶部的账户按钮中。',
  },
  send: {
    signing: '等待签名',
    sent: '已发送，等待进入区块',
    inBlock: (number) => `已进入区块 ${number}，等待最终确认`,
    final: (number) => `已在区块 ${number} 中最终确认`,
    failed: '未能完成',
    wallet: '钱包没有签名。未发送任何内容。',
    call: (error) => refused(error),
    lost: '发送之后连接中断。它仍可能已进入区块：再次发送之前，请先查看您账户的经过。',
    dropped: '它在进入区块之前被移出队列。请重新发送。',
    unsent: '无法构造该交易。未发送任何内容。',
    noAccount: '未选择账户。未发送任何内容。',
    noConnection: '与节点没有连接。未发送任何内容。',
    pool: {
      notMember: '该账户不是成员，须先由医院接纳。',
      suspended: '该账户已被暂停。其担保医院或理事会可以恢复。',
      tooMany: '该账户有过多交易在等待。请在它们进入区块后重新发送。',
      fees: '该账户已超出配额，且余额不足以支付费用。',
      badSignature: '签名针对的是另一条链或另一个运行时版本。请重新加载本页。',
      stale: '该账户的另一笔交易更快。请重新发送。',
      other: '节点没有接受它。',
    },
    details: '返回的内容',
  },
  problem: {
    title: '无法读取',
    noIndex: '该节点没有索引，因此无法搜索，也无法讲述经过。',
    noIndexHint: '请在“设置”中连接一个以 --index 启动的节点（不参与验证的节点默认保留索引）。',
    indexBehind: '该节点的索引落后或已停止。',
    indexBehindHint: '请等待其赶上，或连接其他节点。',
    stalePage: '自读取开头以来，列表已发生变化。',
    stalePageHint: '请从第一页重新开始。',
    busy: '节点未能及时给出答复。',
    busyHint: '请缩小查询范围，或稍后重试。',
    unknown: '这条链上没有这一项。',
    unknownHint: '请检查编号。如果是新的，请等待下一个区块。',
    noState: '该节点没有那个区块的状态。',
    noStateHint: '请连接一个保留旧状态的节点。',
    disconnected: '与节点没有连接。',
    disconnectedHint: '连接恢复后会立即读取。',
    told,
  },
};
