/** The process: settings, database, HTTP; `/api` to api.ts, everything else to Next. */
import { createServer, type RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { demoWelcome, fillDemo, isDemo } from '../db/demo/fill.ts';
import { type Db, open } from '../db/index.ts';
import { selfTest, setKeys } from '../db/seal.ts';
import { HTTP_OPTIONS, makeApi } from './api.ts';
import { makeCityPlatform } from './city/platform.ts';
import { replaceDictionaries } from './dictionaries/dictionaries.ts';
import { startRollingUp } from './figures/roll-up.ts';
import { makeLog } from './log.ts';
import { readSettings, type Settings } from './settings.ts';

/** Addresses that are listened at, and can't be called. */
const ANY_HOST = /^(0\.0\.0\.0|::)$/;

await main().catch((error: Error & { code?: string }) => {
  const why =
    error.code === 'EADDRINUSE' ? 'the port is in use: set PORT to a free one, or stop what holds it' : error.message;
  process.stderr.write(`vaccination-console: ${why}\n`);
  process.exit(1);
});

async function main() {
  const settings = readSettings(process.env, process.argv.slice(2));
  // Next and React read these when they are loaded.
  Object.assign(process.env, { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: settings.dev ? 'development' : 'production' });
  const log = makeLog(settings.logLevel);
  if (settings.dictionaries) replaceDictionaries(settings.dictionaries);
  selfTest();
  setKeys(settings.dataKeys);
  const db = open(settings.databaseUrl);
  if (!settings.demo && (await isDemo(db))) {
    throw new Error(
      'this database is a demo, whose passwords everybody knows: name another DATABASE_URL, or start it with --demo',
    );
  }
  const { sealed } = db.unlock();
  if (sealed > 0) log.info({ rows: sealed }, 'personal data of an earlier version is sealed');
  if (settings.demo) await fillDemo(db, settings.authSecret);
  const city = settings.city && makeCityPlatform(db, settings.city, log);
  const api = getRequestListener(makeApi(db, settings, log, city).fetch);
  const page: RequestListener = settings.apiOnly
    ? (_request, response) => response.writeHead(404).end()
    : await preparePages(settings);

  const server = createServer(HTTP_OPTIONS, (request, response) =>
    /^\/api(?:[/?]|$)/.test(request.url ?? '') ? api(request, response) : page(request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, settings.host, resolve);
  });
  const stopRollingUp = startRollingUp(db, log);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : settings.port;
  city?.startUploads(`http://${ANY_HOST.test(settings.host) ? 'localhost' : settings.host}:${port}`);
  log.info({ host: settings.host, port }, 'listening');
  if (settings.demo) process.stdout.write(demoWelcome(port));

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void Promise.resolve(city?.stop()).then(() => {
        server.close(() => void stopRollingUp().then(() => close(db)));
        // Browsers keep theirs for as long as they may: each is closed once it has nothing to do.
        setInterval(() => server.closeIdleConnections(), 100);
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
