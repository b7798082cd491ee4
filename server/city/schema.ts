/** What the phone's and the city's pages ask. */
import { z } from 'zod';

/** The notice that a resident consents to; another text is another version, and is consented to anew. */
export const CONSENT_VERSION = '2026-11';
/** Below this age a guardian consents (PIPL, article 31). */
export const GUARDIAN_UNTIL = 14;

export const RELATIONS = { self: '本人', child: '子女', elder: '老人', other: '其他家人' } as const;
export type Relation = keyof typeof RELATIONS;

const short = (label: string, most: number) =>
  z.string(`请填写${label}`).trim().min(1, `请填写${label}`).max(most, `${label}不超过 ${most} 个字符`);
const phone = z
  .string('请填写手机号')
  .trim()
  .regex(/^1[3-9]\d{9}$/, '手机号应为 11 位手机号码');
const memberId = z.int('请选择家庭成员').positive('请选择家庭成员');

/** The form of each document type and what it says is judged by the record's own rules (server/records). */
export const authenticateInput = z.object({
  name: short('姓名', 50),
  idCardTypeCode: z.string('请选择证件类型').regex(/^\d{2}$/, '请选择证件类型'),
  idcode: short('证件号码', 30).transform((text) => text.normalize('NFKC').replace(/\s/g, '').toUpperCase()),
  /** A child's is the guardian's: it is left out. */
  phone: phone.optional(),
  /** 二要素, 三要素, 面部识别; 现场认证 is added by who has seen the document. */
  methods: z
    .array(z.enum(['1', '2', '3'], '认证方式有误'))
    .min(1, '请选择认证方式')
    .max(3, '认证方式有误'),
  /** Asked of whoever has no citizen identity number. */
  sex: z.string().max(2, '请选择性别').optional(),
  birthday: z.string().max(10, '出生日期格式应为 yyyy-MM-dd').optional(),
  nationality: z.string().max(3, '请选择国籍').optional(),
  /** Asked of citizens whose nation the source does not know. */
  nation: z.string().max(2, '请选择民族').optional(),
  relation: z.enum(Object.keys(RELATIONS) as Relation[], '请选择与本人的关系'),
  consentVersion: z.literal(CONSENT_VERSION, '请先阅读并同意个人信息处理告知书'),
});
export type AuthenticateInput = z.infer<typeof authenticateInput>;

export const memberInput = z.object({ memberId });
export const changePhoneInput = z.object({ memberId, phone });

export const OUTBOX_PER_PAGE = 20;
export const outboxInput = z.object({
  /** `nextCursor` of the page before. */
  cursor: z.int().positive().optional(),
});
export const retryInput = z.object({ id: z.int('请选择记录').positive('请选择记录') });
const day = z.iso.date('日期格式应为 yyyy-MM-dd');
export const reconcileInput = z
  .object({ from: day, to: day })
  .refine(({ from, to }) => from <= to, { path: ['to'], error: '截止日期不得早于起始日期' })
  // As many days as one request of the exchange spans.
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) < 31 * 86_400_000, {
    path: ['to'],
    error: '一次最多对账 31 天',
  });
