import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{app,server,db}/**/*.test.ts'],
    globalSetup: './e2e/clear-api-evidence.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
