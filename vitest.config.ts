import { configDefaults, defineConfig } from 'vitest/config';

/** With TEST_DATABASE=postgres: what is about SQLite, its file, its plans, and databases of before. */
const ABOUT_SQLITE = [
  ...['db/durable.test.ts', 'db/migrations.test.ts', 'db/unlock.test.ts', 'server/indexes.test.ts'],
  ...['server/operations/backup.test.ts', 'server/operations/faults.test.ts'],
];
const onPostgres = process.env.TEST_DATABASE === 'postgres';

export default defineConfig({
  test: {
    include: ['{app,server,db}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(onPostgres ? ABOUT_SQLITE : [])],
    globalSetup: ['./.ci/programs.mjs', './e2e/clear-api-evidence.ts'],
    setupFiles: './e2e/demo-keys.ts',
    // Servers that start and stop leave cores idle.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
