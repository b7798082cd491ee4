import { TRPCError } from '@trpc/server';
import { DEMO_REGISTER, demoDynamicCode } from '../../db/demo/city.ts';
import { cardNoOf, FIXED_RESIDENTS } from '../../db/demo/fixed-residents.ts';
import { idCardTypeName } from '../dictionaries/dictionaries.ts';
import { openProcedure, router } from '../trpc.ts';

/** How long the sample of a dynamic code holds. */
const SAMPLE_SECONDS = 10 * 60;

export const demoRouter = router({
  /** Whom `/phone` can authenticate; nobody outside demo mode. */
  register: openProcedure.query(({ ctx }) => {
    if (!ctx.demo) throw new TRPCError({ code: 'NOT_FOUND' });
    return DEMO_REGISTER.map(({ name, idCardTypeCode, idcode, phone }) => ({
      ...{ name, idcode, phone: phone ?? null },
      idCardType: idCardTypeName(idCardTypeCode),
    }));
  }),
  /** Sample codes for `/demo/codes`; there are none outside demo mode. */
  codes: openProcedure.query(({ ctx }) => {
    if (!ctx.demo) throw new TRPCError({ code: 'NOT_FOUND' });
    const dynamic = demoDynamicCode(cardNoOf('demo:authenticated'), SAMPLE_SECONDS);
    return [
      ...FIXED_RESIDENTS.map(({ key, label }) => ({ label, code: `${cardNoOf(key)}:1` })),
      { label: '省平台没有记录', code: `${cardNoOf('demo:unknown')}:1` },
      { label: '动态码,10 分钟内有效', code: dynamic },
      { label: '动态码,发码机构未登记', code: dynamic.replace(/\w+$/, 'NOBODY') },
      { label: '不是电子健康码(付款码)', code: '134567890123456789' },
    ];
  }),
});
