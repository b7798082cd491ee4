import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  globalSetup: ['./.ci/programs.mjs', './e2e/clear-browser-evidence.ts'],
  projects: [
    { name: 'journeys', testIgnore: /privacy\.spec/ },
    { name: 'privacy', testMatch: /privacy\.spec/, dependencies: ['journeys'] },
  ],
});
