import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditFilter, GOOD_OUTCOMES } from '../../../server/audit/schema.ts';
import { FORMATS } from '../../../server/exports/schema.ts';
import { RECORD_STATES, type RecordFilter } from '../../../server/records/schema.ts';
import { ROLE_NAMES } from '../../../server/staff/schema.ts';
import type { Answers } from '../answers.ts';
import { METHODS, SEARCH_KEYS } from '../records/search-keys.ts';

/** Stored words of the audit trail in Chinese. Numbers and days, which no table holds, are shown as they are. */
const wordIn = (words: Record<string, string>) => (word: string) => words[word] ?? word;

export const actionWord = wordIn(AUDIT_ACTIONS);
export const outcomeWord = wordIn(AUDIT_OUTCOMES);
export const isGood = (outcome: string) => (GOOD_OUTCOMES as readonly string[]).includes(outcome);

export const roleWord = wordIn({ ...ROLE_NAMES, system: '系统', platform: '市级平台接入' });

const programWord = wordIn({
  'system:sign-in': '登录服务',
  'system:demo': '演示数据',
  'system:site:create': '新增接种单位命令',
  'system:staff:create': '新增人员命令',
});
/** Programs by their names, a city's platform by its app id: `app:4401-00000000`. */
export const actorWord = (actor: string) =>
  actor.startsWith('app:') ? actor.slice('app:'.length) : programWord(actor);

type Fault = Extract<Answers['audit']['verification'], { state: 'broken' }>['fault'];
export const FAULTS: Record<Fault, string> = {
  changed: '该条被改动',
  missing: '该条缺失',
  added: '该条多出',
  hidden: '该条被移出索引,按条件查不到',
};

const searches = Object.entries(SEARCH_KEYS).map(([key, { label }]) => [key, `按${label}`]);
const partOfDetail = wordIn({
  ...ROLE_NAMES,
  ...FAULTS,
  ...FORMATS,
  ...Object.fromEntries(searches),
  all: '全部',
  subject: '按对象',
  totp: '验证码',
  'backup-code': '备用码',
  pin: 'PIN',
  password: '密码',
});

/** A list's filters, as `key=value`. Values that no table holds are numbers and days. */
type FilterName = Exclude<keyof RecordFilter | keyof AuditFilter, 'search' | 'subject'>;
const FILTERS: Record<FilterName, { label: string; values?: Record<string, string> }> = {
  cityCode: { label: '来源城市' },
  app: { label: '应用备案号' },
  state: { label: '状态', values: RECORD_STATES },
  method: { label: '实名认证方式', values: METHODS },
  from: { label: '起始日期' },
  to: { label: '截止日期' },
  action: { label: '操作', values: AUDIT_ACTIONS },
  outcome: { label: '结果', values: AUDIT_OUTCOMES },
  outcomeClass: { label: '结果', values: { good: '全部成功', bad: '全部未成功' } },
  actor: { label: '操作人' },
  siteCode: { label: '接种单位' },
};
const isFilter = (key: string): key is FilterName => key in FILTERS;

/** A detail is one word, or some with blanks between; the reason for looking at a record in full stands as it was written. */
export function detailWords(action: string, detail: string): string[] {
  if (action === 'record.reveal') return [detail];
  if (action === 'staff.wait') return [`${Number(detail) / 60} 分钟`];
  return detail.split(' ').map((part) => {
    const [key = '', value] = part.split('=');
    if (value === undefined || !isFilter(key)) return partOfDetail(part);
    const { label, values = {} } = FILTERS[key];
    return `${label} ${wordIn(values)(value)}`;
  });
}

const options = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));

export const ACTION_OPTIONS = options(AUDIT_ACTIONS);
/** A class of outcomes, or one. */
export const OUTCOME_OPTIONS = options({ good: '全部成功', bad: '全部未成功', ...AUDIT_OUTCOMES });
