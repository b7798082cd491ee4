/**
 * `npm run bench -- camera`: in a browser whose camera shows a film, from the code's first frame to the scanner's event; tasks
 * that hold up the page while nothing is in view; and the weight of the scan page.
 *
 * - `--times N`: how often the code comes (20); `--seconds N`: how long nothing is in view (60)
 * - `--minutes N`: scan an empty desk that long and print the memory, instead
 */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { build } from 'esbuild';
import { codeOf } from '../actions.ts';
import { film } from '../fake-camera.ts';
import { findBrowser } from '../find-browser.ts';
import { weighScanPage } from './weight.ts';

const { values: options } = parseArgs({
  args: process.argv.slice(3),
  options: {
    times: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '60' },
    minutes: { type: 'string' },
  },
});
const say = (line: string) => process.stdout.write(`${line}\n`);

const folder = await mkdtemp(join(tmpdir(), 'console-camera-bench-'));
const site = await serve();
try {
  if (options.minutes) await watchMemory(Number(options.minutes));
  else {
    const latency = await measureLatency(Number(options.times));
    const idle = await measureIdle(Number(options.seconds));
    const weight = await weighScanPage();
    say(`RESULT ${JSON.stringify({ latency, idle, weight })}`);
  }
} finally {
  site.close();
  await rm(folder, { recursive: true });
}

async function measureLatency(times: number) {
  const path = join(folder, 'comes.y4m');
  await film(path, [
    { text: null, seconds: 1.7 },
    { text: codeOf('demo:authenticated'), seconds: 1.2 },
  ]);
  const results: Record<string, { p50: number; p95: number; mean: number }> = {};
  for (const name of ['ours', '@zxing/browser', '@zxing/browser, no delays', 'html5-qrcode']) {
    const took = await inPage(path, (page) =>
      page.evaluate(([name, times]) => (window as unknown as Measured).measure(name, times), [name, times] as const),
    );
    const sorted = took.sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
    results[name] = { p50: at(0.5), p95: at(0.95), mean: took.reduce((sum, ms) => sum + ms, 0) / took.length };
    const ratio = (results[name].p50 / (results.ours?.p50 ?? 1)).toFixed(1);
    say(
      `first frame → event, ${took.length} times: ${name.padEnd(26)} p50 ${at(0.5).toFixed(0)} ms, p95 ${at(0.95).toFixed(0)} ms, ${ratio} × ours`,
    );
  }
  return results;
}

async function measureIdle(seconds: number) {
  const path = join(folder, 'desk.y4m');
  await film(path, [{ text: null, seconds: 1 }]);
  const results: Record<string, { tasks: number; ms: number }> = {};
  for (const name of ['nothing', 'ours', '@zxing/browser']) {
    const held = await inPage(path, (page) =>
      page.evaluate(([name, seconds]) => (window as unknown as Measured).idle(name, seconds), [name, seconds] as const),
    );
    results[name] = held;
    say(
      `tasks over 50 ms in ${seconds} s, nothing in view: ${name.padEnd(26)} ${held.tasks}, ${held.ms.toFixed(0)} ms together`,
    );
  }
  return results;
}

async function watchMemory(minutes: number) {
  const path = join(folder, 'desk.y4m');
  await film(path, [{ text: null, seconds: 1 }]);
  await inPage(path, async (page, memoryOf) => {
    const end = page.evaluate(([seconds]) => (window as unknown as Measured).idle('ours', seconds), [
      minutes * 60,
    ] as const);
    const samples: number[] = [];
    for (let minute = 0; minute < minutes; minute += 1) {
      await page.waitForTimeout(60_000);
      samples.push(await memoryOf());
      say(`after ${minute + 1} min: ${samples.at(-1)} MB in the page's process`);
    }
    await end.catch(() => undefined);
    say(`RESULT ${JSON.stringify({ memory: samples })}`);
  });
}

interface Measured {
  measure(name: string, times: number): Promise<number[]>;
  idle(name: string, seconds: number): Promise<{ tasks: number; ms: number }>;
}

/** Each in a browser of its own, so that none inherits another's memory. */
async function inPage<T>(path: string, work: (page: Page, memoryOf: () => Promise<number>) => Promise<T>): Promise<T> {
  const args = [
    '--no-sandbox',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${path}`,
  ];
  const browser = await chromium.launch({ executablePath: findBrowser(), args });
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    const session = await browser.newBrowserCDPSession();
    // Resident memory, and not the script's heap: the readers live in a worker and in WebAssembly.
    const memoryOf = async () => {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      const pages = processInfo.filter(({ type }) => type === 'renderer');
      const kilobytes = pages.map(({ id }) =>
        Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]),
      );
      return Math.round(Math.max(...kilobytes) / 1024);
    };
    return await work(page, memoryOf);
  } finally {
    await browser.close();
  }
}

async function serve() {
  const bundle = async (entry: string) => {
    const { outputFiles } = await build({
      entryPoints: [new URL(entry, import.meta.url).pathname],
      ...{ bundle: true, format: 'esm', write: false, minify: true, logLevel: 'error' },
      define: { 'process.env.NODE_ENV': '"production"' },
    });
    return outputFiles[0]?.contents ?? new Uint8Array();
  };
  const require = createRequire(import.meta.url);
  const files: Record<string, [type: string, body: Uint8Array | string]> = {
    '/': ['text/html', '<!doctype html><title>bench</title><body><script type="module" src="/page.js"></script>'],
    '/page.js': ['text/javascript', await bundle('./camera-page.ts')],
    '/worker.js': ['text/javascript', await bundle('../../app/scan/scanner/engine.worker.ts')],
    '/zxing_reader.wasm': ['application/wasm', await readFile(require.resolve('zxing-wasm/reader/zxing_reader.wasm'))],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url ?? ''] ?? ['text/plain', ''];
    response.writeHead(body ? 200 : 404, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}
