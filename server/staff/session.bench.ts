/** What finding sessions costs: how many are found a second by better-auth, by their rows, and from memory. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillDemo } from '../../db/demo/fill.ts';
import { open } from '../../db/index.ts';
import '../../e2e/demo-keys.ts';
import { makeAuth } from './auth.ts';
import { makeLockout } from './lockout.ts';
import { makeSessions } from './sessions.ts';
import { makeSignIn } from './sign-in.ts';

const SECONDS = 3;
const folder = mkdtempSync(join(tmpdir(), 'console-bench-'));
const db = await open(`file:${join(folder, 'bench.db')}`);
const authSecret = 'a-secret-of-this-bench-and-of-nothing-else';
await fillDemo(db, authSecret);
const auth = makeAuth(db, { authSecret });
const sessions = makeSessions(db, auth);
const request = new Request('http://localhost/api/auth/sign-in/username', {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ username: 'nurse', password: 'demo-nurse' }),
});
const signedIn = await makeSignIn(db, auth, sessions, makeLockout(db, authSecret)).signIn(request, 'bench', 'bench');
const headers = new Headers({ cookie: signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '' });

async function perSecond(find: () => Promise<unknown>): Promise<number> {
  if (!(await find())) throw new Error('no session was found');
  const end = performance.now() + SECONDS * 1000;
  let found = 0;
  while (performance.now() < end) {
    await find();
    found += 1;
  }
  return Math.round(found / SECONDS);
}

const baseline = await perSecond(() => auth.api.getSession({ headers }));
const cookie = headers.get('cookie');
const person = (await sessions.find(cookie))?.person.id ?? '';
const rows = await perSecond(() => {
  sessions.forget(person);
  return sessions.find(cookie);
});
const memory = await perSecond(() => sessions.find(cookie));
await db.close();
rmSync(folder, { recursive: true });
const told = { 'better-auth getSession': baseline, 'by their rows': rows, 'from memory': memory };
for (const [what, found] of Object.entries(told)) process.stdout.write(`${what.padEnd(24)}${found} a second\n`);
const ratio = (found: number) => Number((found / baseline).toFixed(1));
const ratios = { ofRows: ratio(rows), ofMemory: ratio(memory) };
process.stdout.write(`RESULT ${JSON.stringify({ baseline, rows, memory, ...ratios })}\n`);
