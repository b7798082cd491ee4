/** How much the memory in front of better-auth saves: sessions found a second, with it and without. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillDemo } from '../../db/demo/fill.ts';
import { open } from '../../db/index.ts';
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
const sessions = makeSessions(auth);
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
const ours = await perSecond(() => sessions.find(headers.get('cookie')));
await db.close();
rmSync(folder, { recursive: true });
process.stdout.write(`better-auth getSession  ${baseline} a second\nwith the memory         ${ours} a second\n`);
process.stdout.write(`RESULT ${JSON.stringify({ baseline, ours, ratio: Number((ours / baseline).toFixed(1)) })}\n`);
