import type { Transaction } from '../../db/index.ts';
import type { Actor, PlatformActor, SystemActor } from '../staff/actor.ts';
import { appendEvent } from './chain.ts';

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
  'site.create': '新增接种单位',
  'site.save': '修改接种单位',
  'scan.lookup': '扫码查询',
  'scan.reveal': '查看完整证件号码',
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
} as const;
export type AuditAction = keyof typeof AUDIT_ACTIONS;

export interface AuditEvent {
  action: AuditAction;
  /** `ok`, or the code of what was refused. */
  outcome: string;
  /** Card number, record id, voucher number, batch number, app id or staff id; never a name, a phone or a document number. */
  subject?: string;
  detail?: string;
}

/** Adds a row to the audit trail, in the transaction of what it tells. */
export async function recordEvent(
  tx: Transaction,
  actor: Actor | SystemActor | PlatformActor,
  event: AuditEvent,
): Promise<void> {
  await appendEvent(tx, {
    ...whoIs(actor),
    at: new Date().toISOString(),
    action: event.action,
    outcome: event.outcome,
    subject: event.subject ?? null,
    detail: event.detail ?? null,
    requestId: actor.requestId,
  });
}

function whoIs(actor: Actor | SystemActor | PlatformActor) {
  switch (actor.kind) {
    case 'staff':
      return { actor: actor.id, actorRole: actor.role, siteCode: actor.siteCode };
    case 'platform':
      return { actor: `app:${actor.appId}`, actorRole: 'platform', siteCode: null };
    case 'system':
      return { actor: `system:${actor.program}`, actorRole: 'system', siteCode: null };
  }
}
