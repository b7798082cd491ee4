import { availableParallelism } from 'node:os';
import { configDefaults, defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** With TEST_DATABASE=postgres: what is about SQLite, its file, its plans, and databases of before. */
const ABOUT_SQLITE = [
  ...['db/durable.test.ts', 'db/migrations.test.ts', 'db/unlock.test.ts', 'server/indexes.test.ts'],
  ...['server/operations/backup.test.ts', 'server/operations/faults.test.ts'],
];
const onPostgres = process.env.TEST_DATABASE === 'postgres';

/** They begin first: none is left alone at the end. */
const LONG = [
  ...['server/exchange/crash', 'server/start', 'server/crash', 'server/exchange/client/client', 'server/keys/rotate'],
  ...['server/city/gateway', 'server/city/crash', 'server/operations/faults', 'db/unlock', 'server/account/lock'],
].map((name) => `/${name}.test.ts`);

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => LONG.some((name) => moduleId.endsWith(name));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['{app,server,db}/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...(onPostgres ? ABOUT_SQLITE : [])],
    globalSetup: ['./.ci/programs.mjs', './e2e/clear-api-evidence.ts', './e2e/make-demo-template.ts'],
    setupFiles: './e2e/demo-keys.ts',
    // Some tests wait for most of their time, and leave cores idle.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    sequence: { sequencer: LongFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
