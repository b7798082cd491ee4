/**
 * The process: settings, database, HTTP; `/api` to api.ts, everything else to Next. With NODES, the same file is the primary and each of its
 * nodes (docs/decisions/018).
 */
import cluster from 'node:cluster';
import type { RequestListener } from 'node:http';
import { demoWelcome, fillDemo, isDemo } from '../db/demo/fill.ts';
import { faultOf } from '../db/fault.ts';
import { type Db, open } from '../db/index.ts';
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
import { isForNode, makeEntrance, makeHandOn } from './nodes/hand-on.ts';
import { joinPrimary } from './nodes/node.ts';
import { makePrimary } from './nodes/primary.ts';
import { makeMetrics } from './operations/metrics.ts';
import { makeMetricsDoor } from './operations/metrics-door.ts';
import { makeStop, stopOnSignals } from './operations/stop.ts';
import { readSettings, type Settings } from './settings.ts';
import { openCertificate, type Trust } from './tls/certificate.ts';

/** Milliseconds: a nurse's page gives up a little later. */
const LOCK_PATIENCE = 8000;
/** Where the primary listens for its nodes. */
const INSIDE = { host: '127.0.0.1', port: 0, httpPort: null };

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
  const node = cluster.worker?.id;
  const log = makeLog(settings.logLevel).child(node === undefined ? {} : { node });
  if (settings.dictionaries) replaceDictionaries(settings.dictionaries);
  selfTest();
  setKeys(settings.dataKeys);
  if (cluster.isWorker) await serveAsNode(settings, log);
  else await serve(settings, log);
}

/** Everything; with NODES all but what nodes answer. */
async function serve(settings: Settings, log: Log) {
  const nodes = settings.nodes > 1 ? makePrimary(settings.nodes, log) : null;
  const metrics = makeMetrics();
  const turn = nodes ? { turn: nodes.turn } : {};
  const db = await open(settings.databaseUrl, { lockPatience: LOCK_PATIENCE, watch: metrics.watch, ...turn });
  metrics.attachWriter(db);
  metrics.attach(db, settings);
  if (nodes) metrics.attachNodes(nodes.metrics);
  if (!settings.demo && (await isDemo(db))) {
    throw new Error(
      'this database is a demo, whose passwords everybody knows: name another DATABASE_URL, or start it with --demo',
    );
  }
  const { sealed } = await db.unlock();
  if (sealed > 0) log.info({ rows: sealed }, 'personal data of an earlier version is sealed');
  if (settings.demo) await fillDemo(db, settings.authSecret);
  const city = settings.city && makeCityPlatform(db, settings.city, log);
  const trust = openTrust(settings, log);
  const parts = { city, metrics, trust, others: nodes?.others ?? null, limits: limitsFor(settings.requestsAMinute) };
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
  const gate = makeGate({ ...gateOf(settings, db, trust), api, page: other, dev: settings.dev });
  const listening = nodes
    ? await nodes.start(await listen(INSIDE, null, makeEntrance(nodes.token, gate)), db.counts, settings)
    : await listen(settings, trust, gate);
  // Where this process does not listen for the world itself.
  if (trust && nodes) Object.assign(trust, { httpsPort: listening.port, httpPort: listening.httpPort });
  const stopRollingUp = startRollingUp(db, log);
  city?.startUploads(listening.ownUrl);
  const { port } = listening;
  const told = { ...(trust && { tls: true, httpPort: listening.httpPort }), ...(nodes && { nodes: settings.nodes }) };
  log.info({ host: settings.host, port, ...told }, 'listening');
  if (isOpenInPlain(settings)) log.warn('other machines are served in plain HTTP: set TLS_CERT and TLS_KEY');
  if (settings.demo) process.stdout.write(demoWelcome(`${trust ? 'https' : 'http'}://localhost:${port}`));

  if (trust) {
    process.on('SIGHUP', () => {
      trust.certificate.reload();
      nodes?.reload();
    });
  }
  stopOnSignals(listening, log, async (answered) => {
    await city?.stop();
    await answered;
    await stopRollingUp();
    await db.close();
  });
}

/** One of several: the API without what only one process may do, and the rest handed on to the primary. */
async function serveAsNode(settings: Settings, log: Log) {
  const primary = joinPrimary();
  const { counts, turn, others } = primary;
  const metrics = makeMetrics();
  const shared = { watch: metrics.watch, counts, turn };
  const db = await open(settings.databaseUrl, { lockPatience: LOCK_PATIENCE, ...shared });
  metrics.attachWriter(db);
  await db.unlock();
  const trust = openTrust(settings, log);
  const limits = limitsFor(settings.requestsAMinute);
  const api = makeApi(db, settings, log, { metrics, trust, others, limits });
  const handOn = makeHandOn(await primary.enter());
  const gate = makeGate({ ...gateOf(settings, db, trust), api, page: handOn });
  const listening = await listen(settings, trust, (request, response) =>
    isForNode(request.url ?? '') ? gate(request, response) : handOn(request, response),
  );
  const stop = makeStop(listening, log, async (answered) => {
    await answered;
    await db.close();
  });
  primary.ready(listening, { metrics: metrics.own, reload: () => trust?.certificate.reload(), stop });
}

function openTrust({ tls, port: httpsPort, httpPort }: Settings, log: Log): Trust | null {
  return tls && { certificate: openCertificate(tls, log), httpsPort, httpPort };
}

function gateOf(settings: Settings, db: Db, trust: Trust | null) {
  const limits = limitsFor(settings.requestsAMinute);
  return { trust, findPeer: makeFindPeer(settings.trustedProxies), limits, counts: db.counts };
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
