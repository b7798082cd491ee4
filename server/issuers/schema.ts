/** What the console's pages ask about issuers of dynamic codes. */
import { z } from 'zod';

/** As it stands at the end of a code: upper case. */
const code = z
  .string('请填写机构标识')
  .trim()
  .regex(/^[0-9A-Za-z_-]{1,64}$/, '机构标识应由 1 至 64 位字母、数字、下划线或连字符组成')
  .transform((text) => text.toUpperCase());

export const createIssuerInput = z.object({
  code,
  cityCode: z.string('请选择城市').regex(/^\d{4}$/, '城市编码应为 4 位数字'),
  label: z.string('请填写用途').trim().min(1, '请填写用途').max(50, '用途不超过 50 个字'),
});
export type CreateIssuerInput = z.infer<typeof createIssuerInput>;
/** How long the secret before a rotation still holds, so that the issuer can change over. */
export const ROTATION_HOURS = 24;
export const rotateIssuerInput = z.object({ code });
export const revokeIssuerInput = z.object({ code });
