import { randomUUID } from 'node:crypto';
import { eq, inArray } from 'drizzle-orm';
import { insertCredential } from '../../server/exchange/credentials.ts';
import { makeSealer } from '../../server/exchange/seal.ts';
import { insertIssuer } from '../../server/issuers/manage.ts';
import { facetsIn } from '../../server/records/facets.ts';
import { SITE_DEFAULTS } from '../../server/sites/schema.ts';
import { createStaff } from '../../server/staff/create-staff.ts';
import { type Db, type FilingForm, indexesOf, indexOf, tables } from '../index.ts';
import { DEMO_CITY, DEMO_REGISTER } from './city.ts';
import { demoRecords } from './records.ts';

const CITIES = [
  { code: '4401', name: '广州市' },
  { code: '4403', name: '深圳市' },
];

const FILINGS = [
  ['GZ-NET-0001', 'GZ-APP-0001', '示例健康通', '4401', 'approved'],
  ['GZ-NET-0002', 'GZ-APP-0002', '示例旧应用', '4401', 'revoked'],
  ['SZ-NET-0001', 'SZ-APP-0001', '示例健康卡', '4403', 'approved'],
] as const;

const FORMS: Record<string, FilingForm> = {
  '4401': {
    appOrganisation: '广州市示例健康信息中心',
    organisationRecordNo: 'GZ-ORG-0001',
    builder: '广州市示例卫生健康局',
    builderContact: '梁示例',
    developer: '示例软件有限公司',
    developerContact: '何示例',
    authenticationMethod: '2^3',
  },
  '4403': {
    appOrganisation: '深圳市示例健康信息中心',
    organisationRecordNo: 'SZ-ORG-0001',
    builder: '深圳市示例卫生健康局',
    builderContact: '欧示例',
    developer: '样板科技有限公司',
    developerContact: '谢示例',
    authenticationMethod: '2',
  },
};

/** The demo's credentials for the exchange; everybody knows their secrets. */
const DEMO_CREDENTIALS = CITIES.map(({ code }) => ({
  appId: `demo-${code}`,
  secret: `demo-secret-${code}`,
  cityCode: code,
}));

const SITES = [
  { code: '4401060001', name: '天河示例社区卫生服务中心', divisionCode: '440106', paper: 'A5', nextStation: '登记台' },
  {
    code: '4401030001',
    name: '荔湾示例街道预防接种门诊',
    divisionCode: '440103',
    paper: 'A5',
    nextStation: '二楼登记处',
  },
  {
    code: '4403050001',
    name: '南山示例社区健康服务中心',
    divisionCode: '440305',
    paper: '80mm',
    nextStation: '1 号登记窗口',
  },
] as const;

/** The demo's logins; the password is `demo-` and the user name. */
export const DEMO_STAFF = [
  { username: 'nurse', name: '苏护士', role: 'nurse', siteCode: '4401060001' },
  { username: 'nurse2', name: '罗护士', role: 'nurse', siteCode: '4403050001' },
  { username: 'site_admin', name: '梁主任', role: 'site_admin', siteCode: '4401060001' },
  { username: 'city', name: '广州平台', role: 'city', cityCode: '4401' },
  { username: 'province', name: '省平台', role: 'province' },
  { username: 'auditor', name: '审计处', role: 'auditor' },
] as const;

/** Fills a database with a fictional province; what is there already stays as it is. */
export async function fillDemo(db: Db, authSecret: string): Promise<void> {
  const sealer = makeSealer(authSecret);
  const actor = { kind: 'system' as const, program: 'demo', requestId: randomUUID() };
  await db.write(async (tx) => {
    await tx.insert(tables.cities).values(CITIES).onConflictDoNothing();
    const updatedAt = new Date().toISOString();
    await tx
      .insert(tables.filings)
      .values(
        FILINGS.map(([appRecordNo, appRecordNoRecognize, appName, cityCode, state]) => ({
          ...{ appRecordNo, appRecordNoRecognize, appName, cityCode, state, updatedAt },
          form: FORMS[cityCode] as FilingForm,
          version: 1,
        })),
      )
      .onConflictDoNothing();
    await tx
      .insert(tables.sites)
      .values(SITES.map((site) => ({ ...SITE_DEFAULTS, ...site })))
      .onConflictDoNothing();
    for (const { code } of CITIES) {
      const facetOf = await facetsIn(tx, code);
      for (const record of demoRecords().filter(({ cdSource }) => cdSource === code)) {
        await tx
          .insert(tables.records)
          .values({ ...record, ...indexesOf(record), facetId: await facetOf(record) })
          .onConflictDoNothing();
      }
    }
  });
  for (const credential of DEMO_CREDENTIALS) {
    const { credentials } = tables;
    const [there] = await db.read.select().from(credentials).where(eq(credentials.appId, credential.appId));
    if (!there) await db.write((tx) => insertCredential(tx, sealer, actor, { ...credential, label: '演示' }));
  }
  const { issuer: code, issuerKey: secret, cityCode } = DEMO_CITY;
  const [issuer] = await db.read.select().from(tables.codeIssuers).where(eq(tables.codeIssuers.code, code));
  await db.write(async (tx) => {
    if (!issuer) await insertIssuer(tx, sealer, actor, { code, secret, cityCode, label: '演示' });
    await tx
      .insert(tables.cityRegister)
      .values(DEMO_REGISTER.map((person) => ({ ...person, idcodeIndex: indexOf('idcode', person.idcode) })))
      .onConflictDoNothing();
  });
  for (const person of DEMO_STAFF) {
    const [there] = await db.read.select().from(tables.staff).where(eq(tables.staff.username, person.username));
    if (there) continue;
    await createStaff(db, actor, person, `demo-${person.username}`);
  }
}

/** Whether the demo's credentials stand in a database. */
export async function isDemo(db: Db): Promise<boolean> {
  const { credentials } = tables;
  const ids = DEMO_CREDENTIALS.map(({ appId }) => appId);
  const [there] = await db.read.select().from(credentials).where(inArray(credentials.appId, ids)).limit(1);
  return there !== undefined;
}

/** What the demo says once it serves. */
/** @param address e.g. `http://localhost:3000` */
export function demoWelcome(address: string): string {
  return [
    '',
    `  Console:       ${address}`,
    `  Sample codes:  ${address}/demo/codes   (show one to the camera, or type it)`,
    `  Phone:         ${address}/phone   (a resident authenticates and shows a code; persons at the end of the sample codes)`,
    '',
    '  Logins (password: demo- and the user name)',
    ...DEMO_STAFF.map(
      ({ username, role, name }) => `    ${username.padEnd(11)} demo-${username.padEnd(11)} ${role.padEnd(11)} ${name}`,
    ),
    '',
    '  Exchange credentials (Authorization: Bearer SECRET)',
    ...DEMO_CREDENTIALS.map(({ appId, secret }) => `    ${appId.padEnd(11)} ${secret}`),
    '',
    '  Everybody in it is fictional. Ctrl+C stops it.',
    '',
    '',
  ].join('\n');
}
