/** The process: settings, database, HTTP; `/api` to api.ts, everything else to Next. */
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { demoWelcome, fillDemo, isDemo } from '../db/demo/fill.ts';
import { faultOf } from '../db/fault.ts';
import { open } from '../db/index.ts';
import { HTTP_OPTIONS, makeApi } from './api.ts';
import { makeCityPlatform } from './city/platform.ts';
import { replaceDictionaries } from './dictionaries/dictionaries.ts';
import { startRollingUp } from './figures/roll-up.ts';
import { makeLog } from './log.ts';
import { makeMetrics } from './operations/metrics.ts';
import { makeMetricsDoor } from './operations/metrics-door.ts';
import { stopOnSignals } from './operations/stop.ts';
import { readSettings, type Settings } from './settings.ts';

/** Milliseconds: a nurse's page gives up a little later. */
const LOCK_PATIENCE = 8000;
/** Addresses that are listened at, and can't be called. */
const ANY_ADDRESS = /^(0\.0\.0\.0|::)$/;

await main().catch((error: Error & { code?: string }) => {
  const why =
    error.code === 'EADDRINUSE'
      ? 'the port is in use: set PORT to a free one, or stop what holds it'
      : faultOf(error)
        ? `the database can't be used: ${error.message} (${error.code}); is its disk full or read-only, or the file damaged?`
        : error.message;
  process.stderr.write(`vaccination-console: ${why}\n`);
  process.exit(1);
});

async function main() {
  const settings = readSettings(process.env, process.argv.slice(2));
  // Next and React read these when they are loaded.
  Object.assign(process.env, { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: settings.dev ? 'development' : 'production' });
  const log = makeLog(settings.logLevel);
  if (settings.dictionaries) replaceDictionaries(settings.dictionaries);
  const metrics = makeMetrics();
  const db = open(settings.databaseUrl, { lockPatience: LOCK_PATIENCE, watch: metrics.watch });
  metrics.attach(db, settings);
  if (settings.demo) await fillDemo(db, settings.authSecret);
  else if (await isDemo(db)) {
    throw new Error(
      'this database is a demo, whose passwords everybody knows: name another DATABASE_URL, or start it with --demo',
    );
  }
  const city = settings.city && makeCityPlatform(db, settings.city, log);
  const api = getRequestListener(makeApi(db, settings, log, city, metrics).fetch);
  const page: RequestListener = settings.apiOnly
    ? (_request, response) => response.writeHead(404).end()
    : await preparePages(settings);

  const numbers = makeMetricsDoor(metrics, settings.metrics, log);
  const server = createServer(HTTP_OPTIONS, (request, response) => {
    const url = request.url ?? '';
    if (/^\/api(?:[/?]|$)/.test(url)) return api(request, response);
    if (/^\/metrics(?:\?|$)/.test(url)) return numbers(request, response);
    const started = performance.now();
    const route = url.startsWith('/_next/') ? '/_next/*' : 'page';
    const method = request.method ?? '';
    response.once('finish', () => metrics.answered(route, method, response.statusCode, performance.now() - started));
    return page(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const stopRollingUp = startRollingUp(db, log);
  const { address, port } = server.address() as AddressInfo;
  city?.startUploads(`http://${hostOf(address)}:${port}`);
  log.info({ host: settings.host, port }, 'listening');
  if (settings.demo) process.stdout.write(demoWelcome(port));

  stopOnSignals(server, log, async (answered) => {
    await city?.stop();
    await answered;
    await stopRollingUp();
    await db.close();
  });
}

/** How an address that is listened at is called. */
function hostOf(address: string): string {
  if (ANY_ADDRESS.test(address)) return 'localhost';
  return isIPv6(address) ? `[${address}]` : address;
}

async function preparePages(settings: Settings): Promise<RequestListener> {
  const { default: next } = await import('next');
  const pages = next({ dev: settings.dev, hostname: settings.host, port: settings.port });
  await pages.prepare();
  const handle = pages.getRequestHandler();
  return (request, response) => void handle(request, response);
}
