import { z } from 'zod';

export const SITES_PER_PAGE = 20;
export const MAX_IDLE_LOCK_MINUTES = 120;
export const PAPERS = ['A5', '80mm'] as const;

export const siteCode = z.string('请填写接种单位编码').regex(/^\d{10}$/, '接种单位编码应为 10 位数字');
export const cityCode = z.string('请填写城市编码').regex(/^\d{4}$/, '城市编码应为 4 位数字');

export const saveSiteInput = z.object({
  code: siteCode,
  name: z.string('请填写名称').trim().min(1, '请填写名称').max(50, '名称不超过 50 个字'),
  divisionCode: z.string('请选择区县').regex(/^\d{6}$/, '行政区划代码应为 6 位数字'),
  paper: z.enum(PAPERS, '纸张应为 A5 或 80mm'),
  nextStation: z.string('请填写下一站').trim().min(1, '请填写下一站').max(20, '下一站不超过 20 个字'),
  kioskPrinting: z.boolean('请说明是否免对话框打印'),
  staticCodes: z.boolean('请说明是否接受静态码'),
  unknownIssuers: z.boolean('请说明是否接受未登记机构的动态码'),
  /** 0: a tablet never locks by itself. */
  idleLockMinutes: z
    .int('自动锁屏时间应为整数分钟')
    .min(0, '自动锁屏时间不能小于 0')
    .max(MAX_IDLE_LOCK_MINUTES, `自动锁屏时间不超过 ${MAX_IDLE_LOCK_MINUTES} 分钟`),
});
export type SaveSiteInput = z.infer<typeof saveSiteInput>;

/** What a new site gets where nothing is said. */
export const SITE_DEFAULTS = {
  paper: 'A5',
  nextStation: '登记台',
  kioskPrinting: false,
  staticCodes: true,
  // Else a dynamic code whose issuer was changed or cut off is taken unjudged.
  unknownIssuers: false,
  idleLockMinutes: 5,
} as const;

export const createSiteInput = saveSiteInput.extend({
  paper: saveSiteInput.shape.paper.default(SITE_DEFAULTS.paper),
  nextStation: saveSiteInput.shape.nextStation.default(SITE_DEFAULTS.nextStation),
  kioskPrinting: saveSiteInput.shape.kioskPrinting.default(SITE_DEFAULTS.kioskPrinting),
  staticCodes: saveSiteInput.shape.staticCodes.default(SITE_DEFAULTS.staticCodes),
  unknownIssuers: saveSiteInput.shape.unknownIssuers.default(SITE_DEFAULTS.unknownIssuers),
  idleLockMinutes: saveSiteInput.shape.idleLockMinutes.default(SITE_DEFAULTS.idleLockMinutes),
});
export type CreateSiteInput = z.infer<typeof createSiteInput>;

export const browseSitesInput = z.object({
  /** The name's beginning. */
  name: z.string().trim().min(1).max(50, '名称不超过 50 个字').optional(),
  cityCode: cityCode.optional(),
  /** Code of the last site of the page before. */
  cursor: siteCode.optional(),
});
export type BrowseSitesInput = z.infer<typeof browseSitesInput>;

/** The beginning of a name or a code. */
export const siteNamesInput = z.object({ text: z.string().trim().max(50, '名称不超过 50 个字') });
export const SITES_OFFERED = 20;
