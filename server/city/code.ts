import type { Db } from '../../db/index.ts';
import { makeDynamicCode } from '../health-code/dynamic-code.ts';
import { maskName } from '../records/mask.ts';
import { getMember, type Phone } from './account.ts';
import type { CityPlatform } from './platform.ts';

/**
 * A dynamic code of somebody on this phone. `now` is the server's: a phone's clock may be wrong, so the page counts down from the
 * difference.
 * @throws DomainError MEMBER_NOT_FOUND: who is not authenticated gets no code
 */
export async function showCode(db: Db, city: CityPlatform, phone: Phone, { memberId }: { memberId: number }) {
  const { resident } = await getMember(db.read, phone, memberId);
  const now = new Date();
  const { issuer, codeSeconds } = city.config;
  // As the code says it: whole seconds.
  const expiresAt = new Date(Math.floor(now.getTime() / 1000 + codeSeconds) * 1000);
  const text = makeDynamicCode(city.codeKeys, { cardNo: resident.erhcCardNo, issuer, expiresAt });
  return { text, now: now.toISOString(), expiresAt: expiresAt.toISOString() };
}

/**
 * The static code, for paper: it does not end.
 * @throws DomainError MEMBER_NOT_FOUND
 */
export async function showStaticCode(db: Db, phone: Phone, { memberId }: { memberId: number }) {
  const { resident } = await getMember(db.read, phone, memberId);
  return { text: `${resident.erhcCardNo}:1`, name: maskName(resident.name) };
}
