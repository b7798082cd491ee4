/** The process: settings, database, HTTP; `/api` to api.ts, everything else to Next. */
import type { RequestListener } from 'node:http';
import { demoWelcome, fillDemo, isDemo } from '../db/demo/fill.ts';
import { faultOf } from '../db/fault.ts';
import { open } from '../db/index.ts';
import { selfTest, setKeys } from '../db/seal.ts';
import { makeApi } from './api.ts';
import { makeCityPlatform } from './city/platform.ts';
import { replaceDictionaries } from './dictionaries/dictionaries.ts';
import { startRollingUp } from './figures/roll-up.ts';
import { makeGate } from './http/gate.ts';
import { limitsFor } from './http/limits.ts';
import { isLoopback, makeFindPeer } from './http/peer.ts';
import { listen } from './http/serve.ts';
import { type Log, makeLog, takeConsole } from './log.ts';
import { makeMetrics } from './operations/metrics.ts';
import { makeMetricsDoor } from './operations/metrics-door.ts';
import { stopOnSignals } from './operations/stop.ts';
import { readSettings, type Settings } from './settings.ts';
import { openCertificate, type Trust } from './tls/certificate.ts';

/** Milliseconds: a nurse's page gives up a little later. */
const LOCK_PATIENCE = 8000;

await main().catch((error: Error & { code?: string }) => {
  const why =
    error.code === 'EADDRINUSE'
      ? 'the port is in use: set PORT (or HTTP_PORT, the plain one beside TLS) to a free one, or stop what holds it'
      : faultOf(error)
        ? `the database can't be used: ${error.message} (${error.code}); is its disk full or read-only, the file damaged, or its server away?`
        : error.message;
  process.stderr.write(`vaccination-console: ${why}\n`);
  process.exit(1);
});

async function main() {
  // Names, birth dates and the hashes of passwords lie plain in the database: its files are its owner's only.
  process.umask(0o077);
  const settings = readSettings(process.env, process.argv.slice(2));
  // Next and React read these when they are loaded.
  Object.assign(process.env, { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: settings.dev ? 'development' : 'production' });
  const log = makeLog(settings.logLevel);
  if (settings.dictionaries) replaceDictionaries(settings.dictionaries);
  selfTest();
  setKeys(settings.dataKeys);
  const metrics = makeMetrics();
  const db = await open(settings.databaseUrl, { lockPatience: LOCK_PATIENCE, watch: metrics.watch });
  metrics.attach(db, settings);
  if (!settings.demo && (await isDemo(db))) {
    throw new Error(
      'this database is a demo, whose passwords everybody knows: name another DATABASE_URL, or start it with --demo',
    );
  }
  const { sealed } = await db.unlock();
  if (sealed > 0) log.info({ rows: sealed }, 'personal data of an earlier version is sealed');
  if (settings.demo) await fillDemo(db, settings.authSecret);
  const city = settings.city && makeCityPlatform(db, settings.city, log);
  const { port: httpsPort, httpPort } = settings;
  const trust: Trust | null = settings.tls && { certificate: openCertificate(settings.tls, log), httpsPort, httpPort };
  const parts = { city, metrics, trust, limits: limitsFor(settings.requestsAMinute) };
  const api = makeApi(db, settings, log, parts);
  const page: RequestListener = settings.apiOnly
    ? (_request, response) => response.writeHead(404).end()
    : await preparePages(settings, log);

  const numbers = makeMetricsDoor(metrics, settings.metrics, log);
  const other: RequestListener = (request, response) => {
    const url = request.url ?? '';
    if (/^\/metrics(?:\?|$)/.test(url)) return numbers(request, response);
    const started = performance.now();
    const route = url.startsWith('/_next/') ? '/_next/*' : 'page';
    const method = request.method ?? '';
    response.once('finish', () => metrics.answered(route, method, response.statusCode, performance.now() - started));
    return page(request, response);
  };
  const findPeer = makeFindPeer(settings.trustedProxies);
  const gate = makeGate({
    api,
    page: other,
    trust,
    findPeer,
    dev: settings.dev,
    limits: parts.limits,
    counts: db.counts,
  });
  const listening = await listen(settings, trust, gate);
  const stopRollingUp = startRollingUp(db, log);
  city?.startUploads(listening.ownUrl);
  const { port } = listening;
  log.info({ host: settings.host, port, ...(trust && { tls: true, httpPort: listening.httpPort }) }, 'listening');
  if (isOpenInPlain(settings)) log.warn('other machines are served in plain HTTP: set TLS_CERT and TLS_KEY');
  if (settings.demo) process.stdout.write(demoWelcome(`${trust ? 'https' : 'http'}://localhost:${port}`));

  if (trust) process.on('SIGHUP', () => trust.certificate.reload());
  stopOnSignals(listening, log, async (answered) => {
    await city?.stop();
    await answered;
    await stopRollingUp();
    await db.close();
  });
}

/** Behind a proxy that is named, HTTPS is the proxy's. The demo is a trial. */
function isOpenInPlain({ tls, host, trustedProxies, demo }: Settings): boolean {
  return !tls && !demo && trustedProxies.length === 0 && host !== 'localhost' && !isLoopback(host);
}

async function preparePages(settings: Settings, log: Log): Promise<RequestListener> {
  if (!settings.dev) takeConsole(log);
  const { default: next } = await import('next');
  const pages = next({ dev: settings.dev, hostname: settings.host, port: settings.port });
  await pages.prepare();
  const handle = pages.getRequestHandler();
  return (request, response) => void handle(request, response);
}
