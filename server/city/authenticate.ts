import { allGiven, type Db, prepared, type Queries, type Transaction, tables } from '../../db/index.ts';
import { DomainError } from '../errors.ts';
import { findAccount, guardianIn, isChild, listMembers, type Member, type Phone, takeAccount } from './account.ts';
import { type Person, readPerson } from './person.ts';
import type { CityPlatform } from './platform.ts';
import { saveResident } from './save-resident.ts';
import type { AuthenticateInput } from './schema.ts';
import { judge, type Verification } from './verify-identity.ts';

const { cityMembers } = tables;

export type Authentication =
  | { outcome: 'authenticated'; memberId: number }
  /** Show the face at `page`, then come back and ask {@link finishFace}. */
  | { outcome: 'face'; page: string };

/**
 * Real-name authentication of somebody on a phone. Their record for the province is written with it.
 * @throws DomainError BAD_INPUT, GUARDIAN_REQUIRED, TOO_MANY_TRIES, IDENTITY_MISMATCH (one answer for unknown number, wrong name, wrong
 *   phone), IDENTITY_UNAVAILABLE
 */
export async function authenticate(
  db: Db,
  city: CityPlatform,
  phone: Phone,
  input: AuthenticateInput,
): Promise<Authentication> {
  const typed = readTyped(city, input);
  const { person } = await readWithGuardian(db.read, city, phone, input, typed);
  const methods = [...new Set(input.methods)].sort();
  if (methods.some((method) => !city.source.methods.includes(method))) {
    throw new DomainError('BAD_INPUT', '暂不支持这种认证方式', 'methods');
  }
  // After the face it would be too late to ask.
  const citizen = (person.nationality ?? 'CHN') === 'CHN';
  if (methods.includes('3') && citizen && person.nation === null)
    throw new DomainError('BAD_INPUT', '请选择民族', 'nation');
  const giveBack = city.tries.take(phone, person);
  const returnTo = phone.origin ? `${phone.origin}/phone/face` : undefined;
  const verification = judge(await city.source.verify({ ...person, returnTo }, methods), methods);
  if (verification.outcome === 'mismatch') throw mismatch();
  // Whether by success, by no answer or by a face that is still to come: nothing was guessed wrong.
  giveBack();
  if (verification.outcome === 'face') {
    city.faces.set(phone.digest, { id: verification.id, input });
    return { outcome: 'face', page: verification.page };
  }
  return keep(db, city, phone, input, verification, typed);
}

/**
 * What became of the face recognition that this phone began. Still `face` while the gateway waits for it. It is found by the phone's cookie alone:
 * the address that the gateway leads back to names none, so whoever lures another's browser there (login CSRF) makes it ask for what it began
 * itself, or for nothing.
 * @throws DomainError FACE_NOT_FOUND (none begun, finished already, or too long ago), IDENTITY_MISMATCH, IDENTITY_UNAVAILABLE
 */
export async function finishFace(db: Db, city: CityPlatform, phone: Phone): Promise<Authentication> {
  const begun = city.faces.get(phone.digest);
  if (!begun) throw new DomainError('FACE_NOT_FOUND', '本机没有进行中的面部识别:可能已经完成,或已超时');
  const { id, input } = begun;
  // Not the next one, which may have been begun meanwhile.
  const forget = () => city.faces.peek(phone.digest) === begun && city.faces.delete(phone.digest);
  const giveBack = city.tries.take(phone, input);
  const verification = judge(await city.source.finish(id), input.methods);
  if (verification.outcome === 'mismatch') {
    forget();
    throw mismatch();
  }
  giveBack();
  if (verification.outcome === 'face') return { outcome: 'face', page: verification.page };
  const kept = await keep(db, city, phone, input, verification, readTyped(city, input));
  forget();
  return kept;
}

const mismatch = () => new DomainError('IDENTITY_MISMATCH', '姓名、证件号码或手机号不一致,请核对后再试');

/** The form by itself. @throws DomainError BAD_INPUT */
const readTyped = (city: CityPlatform, input: AuthenticateInput) => readPerson(city.config, input, input.phone ?? null);

/** Judges whether this phone may speak for the person; no try is counted for that. The guardian is a child's. */
async function readWithGuardian(
  db: Pick<Queries, 'select'>,
  city: CityPlatform,
  phone: Phone,
  input: AuthenticateInput,
  typed: Person,
): Promise<{ person: Person; guardian: Member['resident'] | null }> {
  const account = await findAccount(db, phone);
  const members = account ? await listMembers(db, account.id) : [];
  const self = members.find(({ member }) => member.relation === 'self')?.resident;
  const isSelf = self?.idCardTypeCode === typed.idCardTypeCode && self.idcode === typed.idcode;
  if (input.relation === 'self' && self && !isSelf) {
    throw new DomainError('BAD_INPUT', '本机已有本人,请选择与本人的关系', 'relation');
  }
  if (input.relation !== 'self' && isSelf) {
    throw new DomainError('BAD_INPUT', '这是本人的证件,请选择“本人”', 'relation');
  }
  if (!isChild(typed.birthday)) {
    if (!input.phone) throw new DomainError('BAD_INPUT', '请填写手机号', 'phone');
    return { person: typed, guardian: null };
  }
  const { resident: guardian } = guardianOf(members, input);
  // A child has no phone of its own to be compared.
  if (input.methods.includes('2')) throw new DomainError('BAD_INPUT', '儿童请用二要素认证', 'methods');
  return { person: readPerson(city.config, input, guardian.phone), guardian };
}

/** @throws DomainError GUARDIAN_REQUIRED */
function guardianOf(members: Member[], { relation }: AuthenticateInput): Member {
  const guardian = guardianIn(members);
  if (guardian && relation !== 'self') return guardian;
  throw new DomainError('GUARDIAN_REQUIRED', '未满 14 周岁须由监护人办理:请监护人先认证本人,再添加子女', 'relation');
}

/** @throws DomainError IDENTITY_UNAVAILABLE, BAD_INPUT (a nation that nobody knows), GUARDIAN_REQUIRED */
async function keep(
  db: Db,
  city: CityPlatform,
  phone: Phone,
  input: AuthenticateInput,
  verification: Exclude<Verification, { outcome: 'mismatch' | 'face' }>,
  typed: Person,
): Promise<Authentication> {
  if (verification.outcome === 'unavailable') {
    throw new DomainError('IDENTITY_UNAVAILABLE', '实名认证服务暂不可用,请稍后再试');
  }
  return db.write(
    async (tx) => {
      // As it stands now: the phone may have got another person of its own, or lost the guardian, meanwhile.
      const { person, guardian } = await readWithGuardian(tx, city, phone, input, typed);
      const citizen = (person.nationality ?? 'CHN') === 'CHN';
      const nation = citizen ? (verification.nation ?? person.nation) : null;
      if (citizen && nation === null) throw new DomainError('BAD_INPUT', '请选择民族', 'nation');
      // However it was typed: the nurse compares it with the document.
      const name = verification.name ?? person.name;
      const [guardianId, linkman] = [guardian?.id ?? null, guardian?.name ?? null];
      const claimed = { ...person, name, nation, linkman, guardianId };
      const memberId = await saveResident(tx, city, claimed, verification.methods);
      const account = await takeAccount(tx, phone);
      const consent = {
        relation: input.relation,
        consentedAt: new Date().toISOString(),
        consentVersion: input.consentVersion,
        consentedBy: guardianId,
        methods: verification.methods.join('^'),
      };
      await saveMember(tx, { accountId: account.id, residentId: memberId, ...consent });
      return { outcome: 'authenticated', memberId };
    },
    { gather: true },
  );
}

const saveMember = prepared((tx: Transaction) => {
  const { accountId, residentId, ...consent } = allGiven(cityMembers);
  return tx
    .insert(cityMembers)
    .values({ accountId, residentId, ...consent })
    .onConflictDoUpdate({ target: [cityMembers.accountId, cityMembers.residentId], set: consent });
});
