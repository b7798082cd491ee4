/** The process: settings, database, HTTP; `/api` to api.ts, everything else to Next. */
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { demoWelcome, fillDemo, isDemo } from '../db/demo/fill.ts';
import { type Db, open } from '../db/index.ts';
import { makeApi } from './api.ts';
import { makeCityPlatform } from './city/platform.ts';
import { replaceDictionaries } from './dictionaries/dictionaries.ts';
import { startRollingUp } from './figures/roll-up.ts';
import { makeGate } from './http/gate.ts';
import { limitsFor } from './http/limits.ts';
import { makeFindPeer } from './http/peer.ts';
import { listen } from './http/serve.ts';
import { makeLog } from './log.ts';
import { readSettings, type Settings } from './settings.ts';
import { openCertificate, type Trust } from './tls/certificate.ts';

await main().catch((error: Error & { code?: string }) => {
  const why =
    error.code === 'EADDRINUSE'
      ? 'the port is in use: set PORT (or HTTP_PORT, the plain one beside TLS) to a free one, or stop what holds it'
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
  const db = open(settings.databaseUrl);
  if (settings.demo) await fillDemo(db, settings.authSecret);
  else if (await isDemo(db)) {
    throw new Error(
      'this database is a demo, whose passwords everybody knows: name another DATABASE_URL, or start it with --demo',
    );
  }
  const city = settings.city && makeCityPlatform(db, settings.city, log);
  const { port: httpsPort, httpPort } = settings;
  const trust: Trust | null = settings.tls && { certificate: openCertificate(settings.tls, log), httpsPort, httpPort };
  const api = getRequestListener(makeApi(db, settings, log, city, trust, limitsFor(settings.requestsAMinute)).fetch);
  const page: RequestListener = settings.apiOnly
    ? (_request, response) => response.writeHead(404).end()
    : await preparePages(settings);

  const gate = makeGate({ api, page, trust, findPeer: makeFindPeer(settings.trustedProxies), dev: settings.dev });
  const listening = await listen(settings, trust, gate);
  const stopRollingUp = startRollingUp(db, log);
  city?.startUploads(listening.ownUrl);
  const { port } = listening;
  log.info({ host: settings.host, port, ...(trust && { tls: true, httpPort: listening.httpPort }) }, 'listening');
  if (settings.demo) process.stdout.write(demoWelcome(`${trust ? 'https' : 'http'}://localhost:${port}`));

  if (trust) process.on('SIGHUP', () => trust.certificate.reload());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void Promise.resolve(city?.stop()).then(() => {
        void listening.close().then(() => stopRollingUp().then(() => close(db)));
      });
    });
  }
}

async function preparePages(settings: Settings): Promise<RequestListener> {
  const { default: next } = await import('next');
  const pages = next({ dev: settings.dev, hostname: settings.host, port: settings.port });
  await pages.prepare();
  const handle = pages.getRequestHandler();
  return (request, response) => void handle(request, response);
}

async function close(db: Db) {
  await db.close();
  process.exit(0);
}
