/** Whose phone it is: a random cookie, of which the database keeps the digest. */
import { hash, randomBytes } from 'node:crypto';
import { and, asc, eq, gt } from 'drizzle-orm';
import { parse, serialize } from 'hono/utils/cookie';
import { allGivenBut, type Db, given, prepared, type Queries, type Transaction, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { maskName, maskPhone } from '../records/mask.ts';
import { shanghaiDay, yearsBetween } from '../time.ts';
import type { CityPlatform } from './platform.ts';
import { CONSENT_VERSION, GUARDIAN_UNTIL } from './schema.ts';

const { cityAccounts, cityMembers, cityResidents } = tables;
const COOKIE = 'phone_account';
const DAYS = 180;
const FORM = /^[\w-]{43}$/;

/** The phone behind a request. */
export interface Phone {
  /** SHA-256 of its cookie. */
  digest: string;
  address: string;
  /** It brought no cookie: this one was made a moment ago, and nothing is kept under it. */
  isNew?: boolean;
  /** Where its page is, e.g. `https://city.example`; a program's request has none. */
  origin?: string | null;
}

/** What is sent to a phone that has no cookie yet. */
export const makeToken = () => randomBytes(32).toString('base64url');
export const digestOf = (token: string) => hash('sha256', token);

/** @returns null when the request brings none */
export function tokenIn(cookie = ''): string | null {
  const token = parse(cookie, COOKIE)[COOKIE] ?? '';
  return FORM.test(token) ? token : null;
}

/** @param secure the page came over HTTPS */
export const cookieOf = (token: string, secure: boolean) =>
  serialize(COOKIE, token, { path: '/', maxAge: DAYS * 86_400, httpOnly: true, sameSite: 'Strict', secure });

export async function findAccount(db: Pick<Queries, 'select'>, phone: Phone) {
  if (phone.isNew) return null;
  const [account] = await readAccount(db, { digest: phone.digest, now: new Date().toISOString() });
  return account ?? null;
}
const readAccount = prepared((db: Pick<Queries, 'select'>) =>
  db
    .select()
    .from(cityAccounts)
    .where(and(eq(cityAccounts.tokenDigest, given('digest')), gt(cityAccounts.expiresAt, given('now')))),
);

/** The account of a phone; made where there is none. */
export async function takeAccount(tx: Transaction, phone: Phone): Promise<{ id: number }> {
  const now = Date.now();
  const times = {
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + DAYS * 86_400_000).toISOString(),
  };
  const there = await findAccount(tx, phone);
  if (there) return there;
  // One that ended is begun anew, and shows nobody.
  if (!phone.isNew) await deleteAccount(tx, { digest: phone.digest });
  const [made] = await insertAccount(tx, { tokenDigest: phone.digest, ...times });
  if (!made) throw new Error('no account was inserted');
  return made;
}
const deleteAccount = prepared((tx: Transaction) =>
  tx.delete(cityAccounts).where(eq(cityAccounts.tokenDigest, given('digest'))),
);
const insertAccount = prepared((tx: Transaction) =>
  tx.insert(cityAccounts).values(allGivenBut(cityAccounts, 'id')).returning({ id: cityAccounts.id }),
);

export const listMembers = (db: Pick<Queries, 'select'>, accountId: number) => readMembers(db, { accountId });
const readMembers = prepared((db: Pick<Queries, 'select'>) =>
  db
    .select({ resident: cityResidents, member: cityMembers })
    .from(cityMembers)
    .innerJoin(cityResidents, eq(cityResidents.id, cityMembers.residentId))
    .where(eq(cityMembers.accountId, given('accountId')))
    .orderBy(asc(cityMembers.residentId)),
);
export type Member = Awaited<ReturnType<typeof listMembers>>[number];

/**
 * Somebody of this phone, with all who are on it.
 * @throws DomainError MEMBER_NOT_FOUND: also for somebody of another phone
 */
export async function getMember(
  db: Pick<Queries, 'select'>,
  phone: Phone,
  memberId: number,
): Promise<Member & { family: Member[] }> {
  const account = await findAccount(db, phone);
  const family = account ? await listMembers(db, account.id) : [];
  const found = family.find(({ resident }) => resident.id === memberId);
  if (!found) throw new DomainError('MEMBER_NOT_FOUND', '请先完成实名认证', 'memberId');
  return { ...found, family };
}

/**
 * Whether a phone knows a resident as well as anybody does: then it may end the consent and print the code that never ends. Name and number
 * alone do not, where a phone or a face was verified elsewhere; nor does another guardian than the one whom the record names.
 * @param family all who are on the phone
 */
export function speaksFor({ member, resident }: Member, family: Member[]): boolean {
  if (resident.guardianId === null) return isStrong(member.methods) || !isStrong(resident.methods);
  const guardian = family.find((each) => each.resident.id === resident.guardianId);
  return guardian !== undefined && member.consentedBy === guardian.resident.id && speaksFor(guardian, family);
}
/** Whether methods joined by `^` say more than that somebody knows name and number. */
export const isStrong = (methods: string) => /[23]/.test(methods);

export const isChild = (birthday: string) => yearsBetween(birthday, shanghaiDay(new Date())) < GUARDIAN_UNTIL;

/** Who may consent for a child: the phone's own adult. */
export const guardianIn = (members: Member[]): Member | undefined =>
  members.find(
    (each) =>
      each.member.relation === 'self' &&
      yearsBetween(each.resident.birthday, shanghaiDay(new Date())) >= 18 &&
      speaksFor(each, members),
  );

/** What the phone's first page shows: masked, as others may look on. */
export async function readState(db: Db, city: CityPlatform, phone: Phone) {
  const account = await findAccount(db.read, phone);
  const members = account ? await listMembers(db.read, account.id) : [];
  return {
    consentVersion: CONSENT_VERSION,
    /** What can be asked for: `1`, `2`, `3`. */
    methods: city.source.methods,
    canAddChildren: guardianIn(members) !== undefined,
    members: members.map(({ resident, member }) => ({
      memberId: resident.id,
      relation: member.relation,
      name: maskName(resident.name),
      /** Null to whoever has not shown to know it. */
      phone: speaksFor({ resident, member }, members) ? maskPhone(resident.phone) : null,
      speaks: speaksFor({ resident, member }, members),
      isChild: isChild(resident.birthday),
      methods: resident.methods,
      /** The notice has another version by now: ask again. */
      mustConsent: member.consentVersion !== CONSENT_VERSION,
    })),
  };
}
