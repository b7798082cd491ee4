/** `GET /metrics`: for those whose address or token the settings name, and for nobody else. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { describeError, type Log } from '../log.ts';
import type { Metrics } from './metrics.ts';

/** Set by proxies: the address is then the proxy's, and says nothing of who asks. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/**
 * @param settings.allow addresses and networks, e.g. `127.0.0.1`, `10.1.0.0/16`
 * @param settings.token lets in from anywhere who sends it as `Authorization: Bearer`
 */
export function makeMetricsDoor(
  metrics: Metrics,
  settings: { allow: string[]; token: string | undefined },
  log: Log,
): RequestListener {
  const allowed = readAddresses(settings.allow);
  const token = settings.token === undefined ? undefined : sha256(settings.token);
  return (request, response) => {
    const may = isFrom(allowed, request) || (token !== undefined && holds(token, request));
    if (!may || request.method !== 'GET') {
      response.writeHead(may ? 405 : 403).end();
      return;
    }
    metrics
      .read()
      .then((text) => {
        response.writeHead(200, { 'Content-Type': metrics.contentType, 'Cache-Control': 'no-store' }).end(text);
      })
      .catch((error) => {
        log.error({ error: describeError(error) }, 'metrics were not read');
        response.writeHead(503, { 'Retry-After': '10' }).end();
      });
  };
}

/** @throws Error that names what is no address */
export function readAddresses(texts: string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/');
    const family = isIP(address);
    const most = family === 4 ? 32 : 128;
    const prefix = bits === undefined ? most : Number(bits);
    if (!family || !Number.isInteger(prefix) || prefix < 0 || prefix > most) {
      throw new Error(`setting METRICS_ALLOW: ${text} is no address and no network`);
    }
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function isFrom(allowed: BlockList, { socket, headers }: IncomingMessage): boolean {
  if (FORWARDED.some((name) => headers[name] !== undefined)) return false;
  // IPv4 on a socket that listens on both.
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  const family = isIP(address);
  return family !== 0 && allowed.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function holds(token: Buffer, { headers }: IncomingMessage): boolean {
  const given = headers.authorization?.match(/^Bearer (\S+)$/)?.[1];
  return given !== undefined && timingSafeEqual(sha256(given), token);
}

/** Of one length, whatever is compared. */
const sha256 = (text: string) => createHash('sha256').update(text).digest();
