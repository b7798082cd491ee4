import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium } from '@playwright/test';

/** The headless shell comes first: without windows and menus, it starts and draws in a third of the time. */
const SYSTEM = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
];

/** Which Chromium the browser tests use: Playwright's own where it was installed, else the system's. */
export function findBrowser(): string | undefined {
  return [chromium.executablePath(), ...SYSTEM].find((path) => path && existsSync(path));
}

// Run by itself, it answers `.ci/prepare.mjs` with its exit code.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exit(findBrowser() ? 0 : 1);
