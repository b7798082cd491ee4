/**
 * `npm run test:postgres`: the API tests and the browser tests on PostgreSQL, that of TEST_POSTGRES_URL or one that is started for them.
 * `-- --api` runs the API tests only, `-- FILE …` these of them. What is about SQLite's file is left out: `vitest.config.ts`.
 */
import { spawnSync } from 'node:child_process';
import { startPostgres } from './postgres-server.ts';

const [flag, ...rest] = process.argv.slice(2);
const files = flag === '--api' ? rest : process.argv.slice(2);
const withBrowser = flag === undefined;
const given = process.env.TEST_POSTGRES_URL;
const server = given ? null : await startPostgres();
const env = {
  ...process.env,
  TEST_DATABASE: 'postgres',
  TEST_POSTGRES_URL: given ?? server?.url,
  // Of a template that a run before has left, nobody knows what was done to it.
  TEST_RUN: String(process.pid),
};
const run = (program: string, ...args: string[]) =>
  spawnSync(process.execPath, [program, ...args], { stdio: 'inherit', env }).status ?? 1;

let code = run('node_modules/vitest/vitest.mjs', 'run', ...files);
if (code === 0 && withBrowser) code = run('node_modules/@playwright/test/cli.js', 'test');
await server?.remove();
process.exit(code);
