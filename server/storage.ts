import { type Fault, faultOf, isUnstorable } from '../db/fault.ts';
import { DomainError, type ErrorCode } from './errors.ts';

/** Seconds after which whoever met a fault may try again. */
export const RETRY_AFTER = 10;

/** How each fault of the storage is called, by programs and to people. */
export const STORAGE_FAULTS: Record<Fault, { code: ErrorCode; message: string }> = {
  full: { code: 'STORAGE_FULL', message: '服务器磁盘空间已满,数据未保存。请联系管理员清理磁盘,恢复后重试' },
  busy: { code: 'STORAGE_BUSY', message: '数据库正被维护程序占用,数据未保存。请稍后重试' },
  readonly: { code: 'STORAGE_READONLY', message: '数据库只能读取,数据未保存。请联系管理员检查磁盘' },
  damaged: { code: 'STORAGE_DAMAGED', message: '数据库文件已损坏,已停止保存数据。请立即联系管理员从备份恢复' },
  failed: { code: 'STORAGE_FAILED', message: '数据库或其磁盘故障,数据未保存。请立即联系管理员' },
};

/** What is answered where an error came from the storage: 503, or 400 where it can't hold what was said; null: it came from elsewhere. */
export function storageRefusal(error: unknown): DomainError | null {
  if (isUnstorable(error)) return new DomainError('BAD_INPUT', '输入含有无法识别的字符');
  const fault = faultOf(error);
  if (!fault) return null;
  const { code, message } = STORAGE_FAULTS[fault];
  return Object.assign(new DomainError(code, message), { cause: error });
}
