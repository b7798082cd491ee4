import { eq } from 'drizzle-orm';
import { type Db, isOneOf, type Queries, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { findByCard } from '../records/find-by-card.ts';
import type { Authorised } from '../staff/actor.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import type { Voucher } from './schema.ts';

export type VoucherRow = typeof tables.vouchers.$inferSelect;
export type Site = typeof tables.sites.$inferSelect;

/** @throws DomainError SITE_NOT_FOUND */
export async function getSite(db: Queries, code: string): Promise<Site> {
  const [site] = await db.select().from(tables.sites).where(eq(tables.sites.code, code));
  if (!site) throw new DomainError('SITE_NOT_FOUND', '没有这个接种单位');
  return site;
}

/**
 * A voucher of the own site. Another site's is not found, so that numbers can't be tried out.
 * @throws DomainError VOUCHER_NOT_FOUND
 */
export async function getVoucher(db: Queries, siteCode: string, voucherNo: string): Promise<VoucherRow> {
  const [row] = await db.select().from(tables.vouchers).where(eq(tables.vouchers.voucherNo, voucherNo));
  if (row?.siteCode !== siteCode) throw new DomainError('VOUCHER_NOT_FOUND', '本单位没有这张凭证', 'voucherNo');
  return row;
}

/**
 * Which site somebody asks about: the own one, or for the province any; null: all.
 * @throws DomainError FORBIDDEN (another than the own)
 */
export function findSiteCode(who: Authorised<'site_admin' | 'province'>, asked: string | undefined): string | null {
  if (who.role === 'province') return asked ?? null;
  if (asked !== undefined && asked !== who.siteCode) throw new DomainError('FORBIDDEN', '只能查看本单位的凭证');
  return who.siteCode;
}

/** @throws DomainError BAD_INPUT, always */
export function needsSite(): never {
  throw new DomainError('BAD_INPUT', '请选择接种单位', 'siteCode');
}

/** Names of staff by id; who has none is told by the id. */
export async function namesOf(db: Db, ids: string[]): Promise<(id: string) => string> {
  const { staff } = tables;
  const people = await db.read
    .select({ id: staff.id, name: staff.name })
    .from(staff)
    .where(isOneOf(staff.id, [...new Set(ids)]));
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
}

export const notAuthenticated = () => new DomainError('RESIDENT_NOT_AUTHENTICATED', '该用户未进行实名认证');

/** Why a voucher may not be printed now, or null: voided, not of today, or its resident is no longer authenticated (M2). */
export async function findRefusal(db: Queries, row: VoucherRow): Promise<DomainError | null> {
  if (row.voidedAt) return new DomainError('VOUCHER_VOIDED', '该凭证已作废,不能打印');
  if (row.day !== shanghaiDay(new Date())) return new DomainError('VOUCHER_EXPIRED', '该凭证仅限当日使用,不能再打印');
  const state = await findByCard(db, row.erhcCardNo);
  return state.authenticated ? null : notAuthenticated();
}

export function toVoucher(row: VoucherRow, site: Pick<Site, 'paper'>): Voucher {
  return {
    voucherNo: row.voucherNo,
    paper: site.paper,
    issuedAt: shanghaiTime(new Date(row.issuedAt)),
    printCount: row.printCount,
    ...row.snapshot,
  };
}
