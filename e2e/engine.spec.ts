import type { Page } from '@playwright/test';
import { codeOf, openScan, seeResident, seeScanning } from './actions.ts';
import type { Scene } from './fake-camera.ts';
import { expect, test } from './fixtures.ts';

const [first, second] = [codeOf('demo:authenticated'), codeOf('demo:rare-name')];
/** Their screens let go of them by themselves, so that a second event of one code would be seen. */
const [refused, withdrawn] = [codeOf('demo:unauthenticated'), codeOf('demo:withdrawn')];

const WORKER = '**/turbopack-worker-*.js';

/** The codes that the page asks the server about, in order. */
function watchLookups(page: Page): string[] {
  const codes: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('scan.lookup')) codes.push(request.postDataJSON().code);
  });
  return codes;
}

/** Runs a script in the worker before its own. */
const beforeWorker = (page: Page, script: string) =>
  page.route(WORKER, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });

test('codes that enter, tilt and leave are one event each, in order', async ({ openTablet }) => {
  // The film is drawn first, and seen nearly twice.
  test.setTimeout(180_000);
  const pass = (text: string): Scene[] => [
    { text, seconds: 0.8, move: (t) => ({ x: 0.1 + 0.4 * t, y: 0.5, turn: 0.3 - 0.3 * t, tilt: 0 }) },
    { text, seconds: 0.9, move: (t) => ({ x: 0.5, y: 0.5, turn: 0.2 * Math.sin(6 * t), tilt: 0.7 * Math.sin(3 * t) }) },
    // It bounces: gone for a moment, and there again.
    { text: null, seconds: 0.2 },
    { text, seconds: 0.8, move: (t) => ({ x: 0.5 + 0.6 * t, y: 0.5 + 0.3 * t, turn: -0.4 * t, tilt: 0.2 }) },
    { text: null, seconds: 1.5 },
  ];
  const page = await openTablet({
    as: 'nurse',
    camera: [{ text: null, seconds: 1.5 }, ...pass(refused), ...pass(withdrawn)],
  });
  const codes = watchLookups(page);
  await openScan(page);
  await expect.poll(() => codes.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(4);
  const expected = codes.map((_, n) => ((n % 2 === 0) === (codes[0] === refused) ? refused : withdrawn));
  expect(codes).toEqual(expected);
});

/** Two codes in one view, of which a reader finds now the one, now the other. */
const byTurns = (one: string, other: string, times: number): Scene[] =>
  Array.from({ length: times }, () => [
    { text: one, seconds: 0.2 },
    { text: other, seconds: 0.2 },
  ]).flat();

test('two codes in view are one event each', async ({ openTablet }) => {
  test.setTimeout(180_000);
  const page = await openTablet({
    as: 'nurse',
    camera: [...byTurns(refused, withdrawn, 5), { text: null, seconds: 2.5 }],
  });
  const codes = watchLookups(page);
  await openScan(page);
  await expect.poll(() => codes.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(6);
  // Either may be the first to be read.
  for (let n = 0; n + 1 < codes.length; n += 2) expect(codes[n]).not.toBe(codes[n + 1]);
  expect(new Set(codes).size).toBe(2);
});

test('a payment code on the desk does not take the resident away', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse', camera: byTurns(first, '134567890123456789', 1) });
  const codes = watchLookups(page);
  await openScan(page);
  await seeResident(page, '陈示例');
  // The page is asked for a while, so that a flicker would be seen.
  const gone = await page.evaluate(async () => {
    for (const until = performance.now() + 3_000; performance.now() < until; ) {
      if (document.body.textContent.includes('不是电子健康码')) return true;
      await new Promise(requestAnimationFrame);
    }
    return false;
  });
  expect(gone).toBe(false);
  await seeResident(page, '陈示例');
  expect(codes).toEqual([first]);
});

test.describe('where something is missing, it reads all the same', () => {
  test('no WebAssembly', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse', camera: first });
    await beforeWorker(page, 'delete self.WebAssembly; console.info("WebAssembly", typeof WebAssembly);');
    const told = page.waitForEvent('console', (message) => message.text() === 'WebAssembly undefined');
    await openScan(page);
    await told;
    await seeResident(page, '陈示例');
  });

  test('the WebAssembly file is not the right one', async ({ openTablet }) => {
    const complaint = "Failed to find a valid digest in the 'integrity' attribute";
    const page = await openTablet({ as: 'nurse', camera: first, complaint });
    let asked = 0;
    await page.route('**/*.wasm', async (route) => {
      asked += 1;
      const response = await route.fetch();
      const body = await response.body();
      body.writeUInt8(1, body.length - 1);
      await route.fulfill({ response, body });
    });
    await openScan(page);
    await seeResident(page, '陈示例');
    expect(asked).toBeGreaterThanOrEqual(1);
  });

  test('the line, while the readers are fetched: it says so, and reads once the line is back', async ({
    openTablet,
  }) => {
    const page = await openTablet({ as: 'nurse', camera: first });
    let broken = false;
    await page.route(WORKER, (route) => {
      broken ||= true;
      return page.url().endsWith('#whole') ? route.continue() : route.abort();
    });
    await page.route('**/_next/static/chunks/**', (route) =>
      broken && !page.url().endsWith('#whole') ? route.abort() : route.fallback(),
    );
    await openScan(page);
    await expect(page.getByText('识别组件没有加载成功,正在重试')).toBeVisible();
    await page.evaluate(() => window.location.replace('#whole'));
    await seeResident(page, '陈示例');
  });

  test('a worker that dies in the middle', async ({ openTablet }) => {
    const complaint = 'Uncaught Error: dead';
    const page = await openTablet({
      as: 'nurse',
      camera: [
        { text: null, seconds: 4 },
        { text: first, seconds: 2 },
      ],
      complaint,
    });
    await beforeWorker(page, 'setTimeout(() => { throw new Error("dead"); }, 1500);');
    await openScan(page);
    await seeResident(page, '陈示例');
  });

  test('no workers', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse', camera: first });
    await page.addInitScript(() => Object.defineProperty(window, 'Worker', { value: undefined }));
    await openScan(page);
    await seeResident(page, '陈示例');
  });

  test('a worker that does not start', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse', camera: first });
    await page.route(WORKER, (route) => route.abort());
    await openScan(page);
    await seeResident(page, '陈示例');
  });

  for (const { kind, detect, asked } of [
    { kind: 'fails', detect: 'throw new Error("dead")', asked: 1 },
    { kind: 'never answers', detect: 'return new Promise(() => {})', asked: 1 },
    { kind: 'says that it sees nothing', detect: 'return Promise.resolve([])', asked: 1 },
    {
      kind: 'passes the test, and fails afterwards',
      detect:
        'if (tries > 1) throw new Error("dead"); return Promise.resolve([{ rawValue: "SELF-TEST", cornerPoints: [] }])',
      asked: 2,
    },
    {
      kind: 'passes the test, and never answers afterwards',
      detect:
        'return tries > 1 ? new Promise(() => {}) : Promise.resolve([{ rawValue: "SELF-TEST", cornerPoints: [] }])',
      asked: 2,
    },
  ]) {
    test(`a BarcodeDetector that ${kind}`, async ({ openTablet }) => {
      const page = await openTablet({ as: 'nurse', camera: first });
      let tries = 0;
      page.on('console', (message) => {
        if (message.text() === 'BarcodeDetector asked') tries += 1;
      });
      const fake = `let tries = 0; self.BarcodeDetector = class {
        static getSupportedFormats() { return Promise.resolve(['qr_code']); }
        detect() { tries += 1; if (tries < 5) console.info('BarcodeDetector asked'); ${detect}; }
      };`;
      await beforeWorker(page, fake);
      await openScan(page);
      await seeResident(page, '陈示例');
      await expect.poll(() => tries).toBeGreaterThanOrEqual(asked);
    });
  }
});

test('a BarcodeDetector that reads is believed', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  await beforeWorker(
    page,
    `let tries = 0; self.BarcodeDetector = class {
      static getSupportedFormats() { return Promise.resolve(['qr_code']); }
      detect() { tries += 1; return Promise.resolve([{ rawValue: tries > 1 ? '${second}' : 'SELF-TEST', cornerPoints: [] }]); }
    };`,
  );
  await openScan(page);
  await seeResident(page, '刘䶮𬭎');
});

test('the code that was read is outlined on the preview', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse', camera: '134567890123456789' });
  await openScan(page);
  const points = page.getByRole('region', { name: '摄像头' }).locator('polygon');
  await expect(points).toHaveAttribute('points', /^(\d+(\.\d+)?,\d+(\.\d+)? ?){4}$/);
  const corners = ((await points.getAttribute('points')) ?? '').split(' ').map((point) => point.split(',').map(Number));
  // The film shows the code in the middle, without its quiet zone about 480 px wide.
  for (const [x = 0, y = 0] of corners) {
    expect(Math.abs(x - 640)).toBeLessThan(300);
    expect(Math.abs(y - 360)).toBeLessThan(300);
  }
});

test('a tablet that slept is scanning again when it wakes', async ({ openTablet }) => {
  test.setTimeout(120_000);
  const page = await openTablet({
    as: 'nurse',
    camera: [
      { text: null, seconds: 8 },
      { text: first, seconds: 0.6 },
    ],
  });
  await openScan(page);
  await seeScanning(page);
  // What is left of a camera after a sleep: a track that is live, and frames no more.
  await page.evaluate(() => document.querySelector('video')?.pause());
  // The film begins anew with the camera.
  await expect(page.getByText('陈示例', { exact: true })).toBeVisible({ timeout: 40_000 });
});
