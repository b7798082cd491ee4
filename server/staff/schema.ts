import { z } from 'zod';
import { cityCode, siteCode } from '../sites/schema.ts';

export const ROLES = ['nurse', 'site_admin', 'city', 'province', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_NAMES: Record<Role, string> = {
  nurse: '接种护士',
  site_admin: '接种单位管理员',
  city: '市级平台',
  province: '省级管理员',
  auditor: '审计员',
};

/** After so long without a touch an office's session ends; a nurse's tablet has its site's time, and is locked. */
export const OFFICE_IDLE_MINUTES = 30;

/** What a site admin may give, and whom a site admin manages. */
export const SITE_ROLES = ['nurse', 'site_admin'] as const;
export const isSiteRole = (role: Role) => (SITE_ROLES as readonly Role[]).includes(role);

/** How long a password must be, in characters: longer where it opens the whole province. */
export const passwordLength = (role: Role) => (role === 'province' || role === 'auditor' ? 12 : 10);
export const MAX_PASSWORD = 128;

/** Who may sign in with a code of an authenticator app, or must (`TOTP_REQUIRED`). */
export const TOTP_ROLES = ['province', 'auditor'] as const;
export const mayUseTotp = (role: Role) => (TOTP_ROLES as readonly Role[]).includes(role);

/** What an authenticator app shows, typed with or without a space. */
export const totpCode = z
  .string('请填写验证码')
  .transform((code) => code.replaceAll(/\s/g, ''))
  .pipe(z.string().regex(/^\d{6}$/, '验证码为 6 位数字'));
/** `k7mPx-3xQd9`, in the size that it was shown in. */
export const backupCode = z
  .string('请填写备用码')
  .trim()
  .regex(/^[a-zA-Z0-9]{5}-[a-zA-Z0-9]{5}$/, '备用码形如 k7mPx-3xQd9');

export const username = z
  .string('请填写用户名')
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_.]{3,30}$/, '用户名由 3 至 30 位小写字母、数字、下划线或点组成');
export const staffInput = z.object({ username });

const person = z.object({
  username,
  name: z.string('请填写姓名').trim().min(1, '请填写姓名').max(50, '姓名不超过 50 个字'),
});
/** For forms, which ask field by field. */
export const staffFields = {
  ...person.shape,
  role: z.enum(ROLES, '请选择角色'),
  siteCode: z.string('请选择接种单位'),
  cityCode: z.string('请选择城市'),
};

/** Where a role holds: nurses and site admins at a site, city staff in a city, the others everywhere. */
const placed = z
  .object({
    role: z.enum(ROLES, '角色不在允许范围内'),
    siteCode: siteCode.optional(),
    cityCode: cityCode.optional(),
  })
  .superRefine((value, context) => {
    const rule = (field: 'siteCode' | 'cityCode', needed: boolean, label: string) => {
      if (needed === (value[field] !== undefined)) return;
      const message = needed ? `该角色必须填写${label}` : `该角色不属于任何${label},请留空`;
      context.addIssue({ code: 'custom', path: [field], message });
    };
    rule('siteCode', isSiteRole(value.role), '接种单位');
    rule('cityCode', value.role === 'city', '城市');
  });
export type Place = z.infer<typeof placed>;

export const createStaffInput = person.and(placed);
export type CreateStaffInput = z.infer<typeof createStaffInput>;
/** The username names the person and stays. */
export const saveStaffInput = createStaffInput;

export const STAFF_PER_PAGE = 20;
export const browseStaffInput = z.object({
  role: z.enum(ROLES, '角色不在允许范围内').optional(),
  siteCode: siteCode.optional(),
  cityCode: cityCode.optional(),
  locked: z.boolean('状态不在允许范围内').optional(),
  /** The beginning of a username or a name. */
  search: z
    .object({
      by: z.enum(['username', 'name'], '查询方式不在允许范围内'),
      text: z.string('请填写查询内容').trim().min(1, '请填写查询内容').max(50, '查询内容不超过 50 个字'),
    })
    .optional(),
  /** Username of the last person of the page before. */
  cursor: username.optional(),
});
export type BrowseStaffInput = z.infer<typeof browseStaffInput>;

/** Limits of one import. */
export const MAX_IMPORT_ROWS = 500;
export const MAX_IMPORT_BYTES = 1024 * 1024;
/** An import's columns, by their heading. */
export const IMPORT_COLUMNS = {
  用户名: 'username',
  姓名: 'name',
  角色: 'role',
  接种单位编码: 'site_code',
  城市编码: 'city_code',
} as const;

/** What is wrong with a row of an import. */
export interface RowProblem {
  /** As a spreadsheet counts: the headings are row 1. */
  row: number;
  /** A heading's column, e.g. `site_code`; empty when it is the row itself. */
  field: string;
  message: string;
}
