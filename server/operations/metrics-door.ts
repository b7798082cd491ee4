/** `GET /metrics`: for those whose address or token the settings name, and for nobody else. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import { readAddresses } from '../http/addresses.ts';
import { nearestOf } from '../http/peer.ts';
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
  const isAllowed = readAddresses(settings.allow);
  const token = settings.token === undefined ? undefined : sha256(settings.token);
  return (request, response) => {
    const may = isFrom(isAllowed, request) || (token !== undefined && holds(token, request));
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

function isFrom(isAllowed: (address: string) => boolean, request: IncomingMessage): boolean {
  if (FORWARDED.some((name) => request.headers[name] !== undefined)) return false;
  return isAllowed(nearestOf(request).address);
}

function holds(token: Buffer, { headers }: IncomingMessage): boolean {
  const given = headers.authorization?.match(/^Bearer (\S+)$/)?.[1];
  return given !== undefined && timingSafeEqual(sha256(given), token);
}

/** Of one length, whatever is compared. */
const sha256 = (text: string) => createHash('sha256').update(text).digest();
