/** The Content-Security-Policy at work. That no page breaks it is seen by every browser test: a complaint in the console fails it. */
import { expect, test } from './fixtures.ts';

test('what somebody smuggles into a page does not run, and sends nothing elsewhere', async ({ openTablet }) => {
  const page = await openTablet({ as: 'province' });
  // Told by an event too, but this test provokes them.
  page.removeAllListeners('console');
  await page.goto('/admin');
  await expect(page.getByText('统计至').first()).toBeVisible();
  const { ran, refused } = await page.evaluate(async () => {
    const told: string[] = [];
    document.addEventListener('securitypolicyviolation', (event) => told.push(event.effectiveDirective));
    const injected = document.createElement('div');
    document.body.append(injected);
    const script = document.createElement('script');
    script.textContent = 'window.ran = "inline"';
    injected.append(script);
    injected.insertAdjacentHTML('beforeend', '<img src="/nothing.png" onerror="window.ran = \'handler\'">');
    injected.insertAdjacentHTML('beforeend', '<p style="color: red">style</p><style>p { color: red }</style>');
    injected.insertAdjacentHTML('beforeend', '<iframe srcdoc="<script>parent.ran = 1</script>"></iframe>');
    injected.insertAdjacentHTML('beforeend', '<base href="https://elsewhere.example/">');
    const other = document.createElement('script');
    other.src = 'data:text/javascript,window.ran="data"';
    injected.append(other);
    await fetch('https://elsewhere.example/', { mode: 'no-cors' }).catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return { ran: (window as unknown as { ran?: string }).ran ?? null, refused: told };
  });
  expect(ran).toBeNull();
  for (const directive of [
    'script-src-elem',
    'script-src-attr',
    'style-src-attr',
    'style-src-elem',
    'base-uri',
    'connect-src',
  ]) {
    expect(refused).toContain(directive);
  }
  expect(page.url()).toContain('/admin');
});
