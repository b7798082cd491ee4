import type { Db } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { makeDynamicCode } from '../health-code/dynamic-code.ts';
import { maskName } from '../records/mask.ts';
import { getMember, type Member, type Phone, speaksFor } from './account.ts';
import type { CityPlatform } from './platform.ts';
import { CONSENT_VERSION } from './schema.ts';

/**
 * A dynamic code of somebody on this phone. `now` is the server's: a phone's clock may be wrong, so the page counts down from the
 * difference.
 * @throws DomainError MEMBER_NOT_FOUND: who is not authenticated gets no code; CONSENT_OUTDATED
 */
export async function showCode(db: Db, city: CityPlatform, phone: Phone, { memberId }: { memberId: number }) {
  const { resident } = expectConsent(await getMember(db.read, phone, memberId));
  const now = new Date();
  const { issuer, codeSeconds } = city.config;
  // As the code says it: whole seconds.
  const expiresAt = new Date(Math.floor(now.getTime() / 1000 + codeSeconds) * 1000);
  const text = makeDynamicCode(city.codeKeys, { cardNo: resident.erhcCardNo, issuer, expiresAt });
  return { text, now: now.toISOString(), expiresAt: expiresAt.toISOString() };
}

/**
 * The static code, for paper: it does not end.
 * @throws DomainError MEMBER_NOT_FOUND, CONSENT_OUTDATED, WEAKER_AUTHENTICATION
 */
export async function showStaticCode(db: Db, phone: Phone, { memberId }: { memberId: number }) {
  const member = expectConsent(await getMember(db.read, phone, memberId));
  if (!speaksFor(member, member.family)) {
    throw new DomainError(
      'WEAKER_AUTHENTICATION',
      '静态码请在首次办理的手机上打印,或在本机用手机号重新认证',
      'memberId',
    );
  }
  const { resident } = member;
  return { text: `${resident.erhcCardNo}:1`, name: maskName(resident.name) };
}

function expectConsent<T extends Member>(member: T): T {
  if (member.member.consentVersion === CONSENT_VERSION) return member;
  throw new DomainError('CONSENT_OUTDATED', '个人信息处理告知书已更新,请重新阅读并认证', 'memberId');
}
