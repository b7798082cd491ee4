import { ROLE_NAMES } from '../../../server/staff/schema.ts';
import { SEARCH_KEYS } from '../records/search-keys.ts';

/** Stored words of the audit trail in Chinese. A word that a table lacks is shown as it is. */
const wordIn = (words: Record<string, string>) => (word: string) => words[word] ?? word;

export const outcomeWord = wordIn({
  ok: '成功',
  authenticated: '已认证',
  unauthenticated: '未认证',
  unknown: '无此记录',
  WRONG_PASSWORD: '用户名或密码不正确',
  ACCOUNT_LOCKED: '账号已停用',
  RESIDENT_NOT_AUTHENTICATED: '未实名认证',
  STATIC_CODE_REFUSED: '不接受静态码',
  VOUCHER_VOIDED: '凭证已作废',
  VOUCHER_EXPIRED: '凭证已过期',
});

export const roleWord = wordIn({ ...ROLE_NAMES, system: '系统', platform: '市级平台接入' });

const programWord = wordIn({ 'system:sign-in': '登录服务', 'system:demo': '演示数据' });
/** Programs by their names, a city's platform by its app id: `app:4401-00000000`. */
export const actorWord = (actor: string) =>
  actor.startsWith('app:') ? actor.slice('app:'.length) : programWord(actor);

const searches = Object.entries(SEARCH_KEYS).map(([key, { label }]) => [key, `按${label}`]);
export const detailWord = wordIn({ ...ROLE_NAMES, all: '全部', ...Object.fromEntries(searches) });
