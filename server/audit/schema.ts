/** The audit trail's words, and what can be asked of it. */
import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import { siteCode } from '../sites/schema.ts';

export const AUDIT_EVENTS_PER_PAGE = 50;

/** What can stand in the audit trail. A stored word is a format: changing one is a migration. */
export const AUDIT_ACTIONS = {
  'staff.sign_in': '登录',
  'staff.sign_out': '退出登录',
  'staff.create': '新增人员',
  'staff.change_role': '变更角色',
  'staff.save': '修改人员信息',
  'staff.reset_password': '重置密码',
  'staff.lock': '停用账号',
  'staff.unlock': '启用账号',
  'staff.end_sessions': '强制退出登录',
  'staff.wait': '暂停登录',
  'staff.lift_wait': '解除登录等待',
  'staff.reset_totp': '重置两步验证',
  'account.change_password': '修改本人密码',
  'account.enrol_totp': '启用两步验证',
  'account.drop_totp': '停用两步验证',
  'account.set_pin': '设置 PIN',
  'account.lock': '锁定屏幕',
  'account.unlock': '解锁屏幕',
  'account.end_sessions': '退出全部登录',
  'site.create': '新增接种单位',
  'site.save': '修改接种单位',
  'scan.lookup': '扫码查询',
  'scan.reveal': '查看完整证件号码',
  'scan.too_fast': '查询过于频繁',
  'voucher.issue': '出具凭证',
  'voucher.reprint': '补打凭证',
  'voucher.open': '打开凭证',
  'voucher.browse': '浏览凭证列表',
  'voucher.void': '作废凭证',
  'voucher.report': '查看凭证日报',
  'record.browse': '浏览认证记录',
  'record.open': '查看认证记录',
  'record.reveal': '查看认证记录完整信息',
  'record.export': '导出认证记录',
  'batch.upload': '上传批次',
  'city.create': '新增城市平台',
  'credential.create': '新增接入凭据',
  'credential.rotate': '轮换凭据密钥',
  'credential.revoke': '吊销接入凭据',
  'issuer.create': '新增发码机构',
  'issuer.rotate': '更换发码机构密钥',
  'issuer.revoke': '吊销发码机构',
  'filing.create': '新建备案申请',
  'filing.save': '保存备案申请',
  'filing.open': '查看备案申请',
  'filing.submit': '提交备案申请',
  'filing.recall': '撤回备案申请',
  'filing.hand_in': '交回盖章件',
  'filing.return': '退回备案申请',
  'filing.refuse': '不予备案',
  'filing.approve': '同意备案',
  'filing.revoke': '撤销备案',
  'filing.add_file': '上传备案附件',
  'filing.remove_file': '移除备案附件',
  'filing.discard': '删除备案草稿',
  'audit.verify': '校验审计记录',
  'audit.export': '导出审计记录',
  'export.cancel': '取消导出',
  'export.download': '下载导出文件',
  'retention.begin': '开始清理过期数据',
  'retention.run': '清理过期数据',
} as const;
export type AuditAction = keyof typeof AUDIT_ACTIONS;

/** What can stand as an outcome: how it went, or the code of what was refused. Stored words, as above. */
export type AuditOutcome = keyof typeof HOW_IT_WENT | ErrorCode;

const HOW_IT_WENT = {
  ok: '成功',
  authenticated: '已认证',
  unauthenticated: '未认证',
  unknown: '无此记录',
  whole: '审计记录完整',
  broken: '审计记录被破坏',
  cancelled: '已取消',
  code_asked: '密码正确,待输入验证码',
} as const;

export const AUDIT_OUTCOMES: Record<AuditOutcome, string> = {
  ...HOW_IT_WENT,
  RESIDENT_NOT_AUTHENTICATED: '未实名认证',
  NOT_HEALTH_CODE: '不是电子健康码',
  STATIC_CODE_REFUSED: '不接受静态码',
  CODE_FORGED: '健康码无效',
  CODE_EXPIRED: '健康码已过期',
  ISSUER_UNKNOWN: '不接受未登记机构的码',
  VOUCHER_NOT_FOUND: '没有这张凭证',
  VOUCHER_VOIDED: '凭证已作废',
  VOUCHER_EXPIRED: '凭证已过期',
  SERIALS_EXHAUSTED: '凭证号已用完',
  RECORD_NOT_FOUND: '没有这条认证记录',
  FORBIDDEN: '没有权限',
  UNAUTHENTICATED: '未登录',
  ACCOUNT_LOCKED: '账号已停用',
  WRONG_PASSWORD: '用户名或密码不正确',
  WRONG_PIN: 'PIN 不正确',
  WRONG_CODE: '验证码不正确',
  WEAK_PASSWORD: '密码不符合规则',
  WEAK_PIN: 'PIN 过于简单',
  PASSWORD_CHANGE_REQUIRED: '须先修改密码',
  TWO_FACTOR_REQUIRED: '须先启用两步验证',
  TWO_FACTOR_ENABLED: '已启用两步验证',
  TWO_FACTOR_NOT_ENABLED: '未启用两步验证',
  SESSION_LOCKED: '屏幕已锁定',
  OWN_ACCOUNT: '不能操作自己的账号',
  STAFF_NOT_FOUND: '没有这个用户',
  USERNAME_TAKEN: '用户名已存在',
  SITE_NOT_FOUND: '没有这个接种单位',
  SITE_TAKEN: '接种单位已存在',
  CITY_NOT_FOUND: '没有这个城市',
  CITY_TAKEN: '城市已存在',
  CREDENTIAL_NOT_FOUND: '没有这个凭据',
  CREDENTIAL_TAKEN: '凭据已存在',
  ISSUER_NOT_FOUND: '没有这个发码机构',
  ISSUER_TAKEN: '发码机构已存在',
  FILING_NOT_FOUND: '没有这份备案申请',
  FILING_LOCKED: '备案申请已锁定',
  FILING_INCOMPLETE: '备案申请不完整',
  MOVE_NOT_ALLOWED: '当前状态不能这样操作',
  FILE_NOT_FOUND: '没有这个文件',
  TOO_MANY_FILES: '文件过多',
  BATCH_NOT_FOUND: '没有这个批次',
  BATCH_CONFLICT: '批次内容不一致',
  WRONG_SOURCE: '来源城市不符',
  SIGNATURE_INVALID: '签名无效',
  SIGNATURE_EXPIRED: '签名已过期',
  NONCE_REPLAYED: '随机数重复',
  IMPORT_REFUSED: '导入被拒绝',
  EXPORT_NOT_FOUND: '没有这个导出',
  EXPORT_NOT_READY: '导出尚未完成',
  EXPORT_RUNNING: '导出正在进行',
  CITY_PLATFORM_OFF: '未启用市级平台',
  IDENTITY_MISMATCH: '身份信息不一致',
  IDENTITY_UNAVAILABLE: '实名认证服务不可用',
  GUARDIAN_REQUIRED: '须由监护人办理',
  FACE_NOT_FOUND: '面部识别已失效',
  MEMBER_NOT_FOUND: '未完成实名认证',
  CONSENT_OUTDATED: '告知书已更新',
  WEAKER_AUTHENTICATION: '认证方式不足',
  TOO_MANY_TRIES: '失败次数过多',
  TOO_MANY_REQUESTS: '请求过于频繁',
  OUTBOX_ROW_NOT_FOUND: '没有这条上报记录',
  PROVINCE_UNAVAILABLE: '省平台不可用',
  STORAGE_FULL: '磁盘空间已满',
  STORAGE_BUSY: '数据库被占用',
  STORAGE_READONLY: '数据库只读',
  STORAGE_DAMAGED: '数据库损坏',
  STORAGE_FAILED: '磁盘故障',
  BAD_INPUT: '输入有误',
  MALFORMED: '格式有误',
  TOO_LARGE: '内容过大',
  UNSUPPORTED_TYPE: '类型不支持',
};

/** Outcomes of what went as it was asked. */
export const GOOD_OUTCOMES: readonly AuditOutcome[] = ['ok', 'authenticated', 'whole', 'code_asked'];

/** `yyyy-MM-dd`, Shanghai. */
const day = z.iso.date('日期应为 yyyy-MM-dd');

/** What is left out does not matter. */
export const auditFilter = z
  .object({
    /** The first and the last day, both included. */
    from: day.optional(),
    to: day.optional(),
    action: z.enum(Object.keys(AUDIT_ACTIONS) as AuditAction[], '操作不在允许范围内').optional(),
    outcome: z.enum(Object.keys(AUDIT_OUTCOMES) as AuditOutcome[], '结果不在允许范围内').optional(),
    /** `good`: one of `GOOD_OUTCOMES`; `bad`: any other. */
    outcomeClass: z.enum(['good', 'bad'], '结果不在允许范围内').optional(),
    /** A user name, or `app:` and an app id, or `system:` and a program. */
    actor: z.string().trim().min(1, '请填写操作人').max(64, '操作人不超过 64 个字符').optional(),
    siteCode: siteCode.optional(),
    /** As it stands in the trail, in full. */
    subject: z.string().trim().min(1, '请填写对象').max(128, '对象不超过 128 个字符').optional(),
  })
  .refine(({ from, to }) => !from || !to || from <= to, { path: ['to'], error: '截止日期不能早于起始日期' });
export type AuditFilter = z.infer<typeof auditFilter>;

export const AUDIT_ORDERS = ['newest', 'oldest'] as const;
export type AuditOrder = (typeof AUDIT_ORDERS)[number];

export const browseAuditInput = z.object({
  filter: auditFilter.default({}),
  order: z.enum(AUDIT_ORDERS, '顺序不在允许范围内').default('newest'),
  /** `nextCursor` of the page before. */
  cursor: z.number().int().optional(),
});
export type BrowseAuditInput = z.infer<typeof browseAuditInput>;
