import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{app,server,db}/**/*.test.ts'],
    globalSetup: './e2e/clear-api-evidence.ts',
    setupFiles: './e2e/demo-keys.ts',
    // Servers that start and stop leave cores idle.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
