import { and, desc, gte, lt } from 'drizzle-orm';
import { type Transaction, tables } from '../../db/index.ts';
import { shanghaiDay } from '../time.ts';

const { filings } = tables;

/**
 * The numbers that an approval gives: `APP` or `NET`, the city's four digits, the year, four digits counted from 0001 within
 * city and year: `APP440120260001`, 15 characters of the 20 that records have room for (X2).
 */
export async function nextNumbers(tx: Transaction, cityCode: string, at: Date) {
  const place = `${cityCode}${shanghaiDay(at).slice(0, 4)}`;
  return {
    /** 应用备案号 */
    appRecordNoRecognize: await next(tx, filings.appRecordNoRecognize, `APP${place}`),
    /** 接入组件入网编码 */
    appRecordNo: await next(tx, filings.appRecordNo, `NET${place}`),
  };
}

async function next(
  tx: Transaction,
  column: typeof filings.appRecordNo | typeof filings.appRecordNoRecognize,
  prefix: string,
): Promise<string> {
  const [last] = await tx
    .select({ number: column })
    .from(filings)
    .where(and(gte(column, prefix), lt(column, `${prefix}:`)))
    .orderBy(desc(column))
    .limit(1);
  const serial = last ? Number((last.number ?? '').slice(prefix.length)) : 0;
  return prefix + String(serial + 1).padStart(4, '0');
}
