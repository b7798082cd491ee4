/** Whatever is asked of the pages, the log stays JSON lines of the program's own words. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { demoWelcome } from '../db/demo/fill.ts';
import { EVIDENCE } from './evidence.ts';
import { startServer } from './server.ts';

const NUMBER = '440106199001011234';
const FORGED = encodeURIComponent(`\n{"level":50,"msg":"forged"}`);

/** As it is written: fetch would tidy the path. */
const ask = (url: string, path: string, method = 'GET', headers: Record<string, string> = {}, body = '') =>
  new Promise<number>((resolve, reject) => {
    const sent = request(url, { path, method, headers }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(body);
  });

test('strange requests for pages write nothing of what was sent', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'console-log-'));
  const logFile = join(EVIDENCE.browser, 'log.log');
  rmSync(logFile, { force: true });
  const server = await startServer({
    ...{ databaseUrl: `file:${join(folder, 'demo.db')}`, flags: ['--demo'], logFile, env: { LOG_LEVEL: 'debug' } },
  });
  const { url } = server;
  for (const path of [
    `/_next/image?url=/demo/codes${FORGED}&w=640&q=75`,
    `/_next/image?url=/icon.svg&w=640&q=75&x=${NUMBER}`,
    `/_next/data/${NUMBER}/login.json`,
    `/_next/static/chunks/${NUMBER}${FORGED}.js`,
    `/%E0%A4%A${NUMBER}`,
    `/vouchers/${NUMBER}%00${FORGED}`,
    `/login?next=${FORGED}${NUMBER}`,
    `//${NUMBER}.example/login`,
    `/__nextjs_original-stack-frame?file=${NUMBER}`,
  ]) {
    expect(await ask(url, path), path).toBeLessThan(500);
  }
  for (const headers of [
    { 'next-action': `${NUMBER}-13800138000` },
    { rsc: '1', 'next-router-state-tree': `%5B${NUMBER}` },
    { 'next-router-state-tree': NUMBER, 'x-nextjs-data': NUMBER, 'x-forwarded-host': `${NUMBER}${FORGED}` },
    { 'x-middleware-subrequest': NUMBER, 'x-invoke-path': `/${NUMBER}` },
  ] as Record<string, string>[]) {
    expect(await ask(url, '/login', 'GET', headers)).toBeLessThan(500);
    expect(await ask(url, '/login', 'POST', { ...headers, 'content-type': 'text/plain' }, NUMBER)).toBe(405);
  }
  await server.stop();
  rmSync(folder, { recursive: true });

  const welcome = new Set(demoWelcome(url).split('\n'));
  const lines = readFileSync(logFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !welcome.has(line));
  expect(lines.some((line) => line.includes('"listening"'))).toBe(true);
  for (const line of lines) {
    expect(() => JSON.parse(line), line).not.toThrow();
    expect(JSON.parse(line).msg).not.toBe('forged');
    expect(line).not.toContain(NUMBER);
  }
});
