import { z } from 'zod';

export const ROLES = ['nurse', 'site_admin', 'city', 'province', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

export const ROLE_NAMES: Record<Role, string> = {
  nurse: '接种护士',
  site_admin: '接种单位管理员',
  city: '市级平台',
  province: '省级管理员',
  auditor: '审计员',
};

const username = z
  .string('请填写用户名')
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9_.]{3,30}$/, '用户名由 3 至 30 位小写字母、数字、下划线或点组成');

export const siteCode = z.string().regex(/^\d{10}$/, '接种单位编码应为 10 位数字');
const cityCode = z.string().regex(/^\d{4}$/, '城市编码应为 4 位数字');

export const createSiteInput = z.object({
  code: siteCode,
  name: z.string('请填写名称').trim().min(1, '请填写名称').max(50, '名称不超过 50 个字'),
  paper: z.enum(['A5', '80mm'], '纸张应为 A5 或 80mm').default('A5'),
  nextStation: z.string().trim().min(1).max(20, '下一站不超过 20 个字').default('登记台'),
});
export type CreateSiteInput = z.infer<typeof createSiteInput>;

/** Where a role holds: nurses and site admins at a site, city staff in a city, the others everywhere. */
const placed = z
  .object({
    role: z.enum(ROLES, '角色不在允许范围内'),
    siteCode: siteCode.optional(),
    cityCode: cityCode.optional(),
  })
  .superRefine((value, context) => {
    const needsSite = value.role === 'nurse' || value.role === 'site_admin';
    const needsCity = value.role === 'city';
    const rule = (field: 'siteCode' | 'cityCode', needed: boolean, label: string) => {
      if (needed === (value[field] !== undefined)) return;
      const message = needed ? `该角色必须填写${label}` : `该角色不属于任何${label},请留空`;
      context.addIssue({ code: 'custom', path: [field], message });
    };
    rule('siteCode', needsSite, '接种单位');
    rule('cityCode', needsCity, '城市');
  });

export const changeRoleInput = z.object({ username }).and(placed);
export type ChangeRoleInput = z.infer<typeof changeRoleInput>;

export const createStaffInput = z
  .object({
    username,
    name: z.string('请填写姓名').trim().min(1, '请填写姓名').max(50, '姓名不超过 50 个字'),
    password: z.string('请填写密码').min(8, '密码至少 8 个字符').max(128, '密码不超过 128 个字符'),
  })
  .and(placed);
export type CreateStaffInput = z.infer<typeof createStaffInput>;
