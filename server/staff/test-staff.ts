/** For tests: what managers of staff ask. */
import { desc, eq } from 'drizzle-orm';
import { expect } from 'vitest';
import { tables } from '../../db/index.ts';
import type { TestConsole } from '../test-console.ts';

type Client = Awaited<ReturnType<TestConsole['as']>>;

/** Everything that is done with people and their accounts, by each filter of the list. */
export async function manageStaff(site: TestConsole, province: Client, admin: Client) {
  const nurse = { username: 'indexed', name: '索引', role: 'nurse' as const, siteCode: '4401060001' };
  await province.staff.create.mutate(nurse);
  await province.staff.save.mutate({ ...nurse, name: '改名' });
  await province.staff.save.mutate({ username: 'indexed', name: '改名', role: 'city', cityCode: '4401' });
  const places = [{}, { role: 'nurse' as const }, { siteCode: '4401060001' }, { cityCode: '4401' }];
  const states = [{}, { locked: true }, { locked: false }];
  const searches = [{}, ...(['username', 'name'] as const).map((by) => ({ search: { by, text: '索' } }))];
  const all = places.flatMap((place) => states.flatMap((state) => searches.map((s) => ({ ...place, ...state, ...s }))));
  for (const who of [province, admin]) {
    for (const filter of [...all, { role: 'nurse' as const, siteCode: '4401060001', locked: true }]) {
      await who.staff.browse.mutate(filter);
      await who.staff.browse.mutate({ ...filter, cursor: 'indexed' });
    }
  }
  const { username } = nurse;
  await province.staff.resetPassword.mutate({ username });
  await province.staff.lock.mutate({ username });
  await province.staff.unlock.mutate({ username });
  await province.staff.endSessions.mutate({ username });
  const body = new FormData();
  body.set('file', new File(['username,name,role,site_code,city_code\nimported,甲,nurse,4401060001,'], 'staff.csv'));
  const headers = { cookie: await site.cookieOf('province') };
  expect((await fetch(`${site.url}/api/staff/import`, { method: 'POST', headers, body })).status).toBe(200);
}

/** What stands of a person in the audit trail, newest first: action, outcome and detail. */
export async function eventsOf({ db }: Pick<TestConsole, 'db'>, username: string): Promise<string[]> {
  const { auditEvents, staff } = tables;
  const [person] = await db.read.select().from(staff).where(eq(staff.username, username));
  const rows = await db.read
    .select()
    .from(auditEvents)
    .where(eq(auditEvents.subject, person?.id ?? ''))
    .orderBy(desc(auditEvents.id));
  return rows.map(({ action, outcome, detail }) => [action, outcome, detail].filter(Boolean).join(' '));
}
