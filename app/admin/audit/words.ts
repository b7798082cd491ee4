import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditAction, GOOD_OUTCOMES } from '../../../server/audit/schema.ts';
import { ROLE_NAMES } from '../../../server/staff/schema.ts';
import type { Answers } from '../answers.ts';
import { SEARCH_KEYS } from '../records/search-keys.ts';

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
export const FAULTS: Record<Fault, string> = { changed: '该条被改动', missing: '该条缺失', added: '该条多出' };

const searches = Object.entries(SEARCH_KEYS).map(([key, { label }]) => [key, `按${label}`]);
const partOfDetail = wordIn({ ...ROLE_NAMES, ...FAULTS, all: '全部', ...Object.fromEntries(searches) });
/** A detail is one word, or some with blanks between. */
export const detailWord = (detail: string) => detail.split(' ').map(partOfDetail).join(' ');

type Kind = AuditAction extends `${infer Before}.${string}` ? Before : never;
const KINDS: Record<Kind, string> = {
  staff: '人员与登录',
  site: '接种单位',
  scan: '扫码核验',
  voucher: '凭证',
  record: '实名认证记录',
  batch: '批次',
  city: '城市平台',
  credential: '接入凭据',
  filing: '应用备案',
  audit: '审计记录',
  export: '导出',
};

const options = (words: Record<string, string>) => Object.entries(words).map(([value, label]) => ({ value, label }));

/** Actions to choose from, by kind. */
export const ACTION_OPTIONS = Object.entries(KINDS).map(([kind, label]) => ({
  label,
  options: options(AUDIT_ACTIONS).filter(({ value }) => value.startsWith(`${kind}.`)),
}));

/** Outcomes to choose from: a class of them, or one. */
export const OUTCOME_OPTIONS = [
  {
    label: '按类别',
    options: [
      { value: 'good', label: '全部成功' },
      { value: 'bad', label: '全部未成功' },
    ],
  },
  { label: '按结果', options: options(AUDIT_OUTCOMES) },
];
