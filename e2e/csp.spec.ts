/** The Content-Security-Policy holds on every page, and no page breaks it: fixtures.ts fails a test on any complaint in the console. */
import { expect, test } from './fixtures.ts';

test('an injected script does not run, nor does a style, and nothing is sent elsewhere', async ({ openTablet }) => {
  const page = await openTablet({ complaint: 'Executing inline' });
  page.on('console', (message) => process.stdout.write(`${message.type()} ${message.text()}\n`));
  await page.goto('/login');
  const done = await page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.wasRun = true';
    document.body.append(script);
    document.body.insertAdjacentHTML('beforeend', '<img src="/nothing" onerror="window.wasRun = true">');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return (window as unknown as { wasRun?: boolean }).wasRun ?? false;
  });
  expect(done).toBe(false);
});
