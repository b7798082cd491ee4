/** Requests that a node does not answer itself go to the primary, which must know who sent them. */
import { timingSafeEqual } from 'node:crypto';
import { Agent, type RequestListener } from 'node:http';
import { createProxyServer } from 'httpxy';
import { handOn, nearestOf } from '../http/peer.ts';
import type { Entrance } from './wire.ts';

const TOKEN = 'x-console-node';
const ADDRESS = 'x-console-address';
const SECURE = 'x-console-secure';

/**
 * What is kept in the memory of one process: a phone's tries, exports and their files, the check of the audit trail, unproven batches, and
 * what TLS is spoken with; whether it can work, which it knows while it writes a batch. And pages, which need Next.
 */
const OF_PRIMARY = /^(?:phone|city|exports|trust)\.|^audit\.(?:verify|verification|cancelVerification)$/;
const DOORS_OF_PRIMARY = /^\/api\/(?:exchange|exports|trust|ready)(?:\/|$)/;
/** Whatever behind it might read another path there. */
const ODD = /%(?!2c)|\/[./]|\\/i;

/** Whether a node answers this itself. @param url path and query */
export function isForNode(url: string): boolean {
  const [path = ''] = url.split('?', 1);
  if (!path.startsWith('/api/') || ODD.test(path) || DOORS_OF_PRIMARY.test(path)) return false;
  if (!path.startsWith('/api/trpc/')) return true;
  const names = path.slice('/api/trpc/'.length).split(/,|%2c/i);
  return !names.some((name) => OF_PRIMARY.test(name));
}

/** Of a node. */
export function makeHandOn({ port, token }: Entrance): RequestListener {
  const target = { host: '127.0.0.1', port };
  const proxy = createProxyServer({ target, agent: new Agent({ keepAlive: true }) });
  proxy.on('error', (_error, _request, response) => {
    // The primary is gone, and soon its nodes; or whoever asked.
    if (!response || !('headersSent' in response) || response.headersSent) return response?.destroy();
    response.writeHead(503, { 'Content-Type': 'application/json; charset=utf-8', 'Retry-After': '2' });
    response.end(JSON.stringify({ code: 'STORAGE_BUSY', message: '系统正在重启,请稍后再试', field: null }));
  });
  return (request, response) => {
    const { address, secure } = nearestOf(request);
    const headers = { [TOKEN]: token, [ADDRESS]: address, [SECURE]: secure ? '1' : '0' };
    // What went wrong was told to whoever asked, if they are still there.
    proxy.web(request, response, { headers }).catch(() => {});
  };
}

/** Of the primary: lets in what nodes hand on, and what its own programs ask. */
export function makeEntrance(token: string, listener: RequestListener): RequestListener {
  const known = Buffer.from(token);
  return (request, response) => {
    const { [TOKEN]: given, [ADDRESS]: address, [SECURE]: secure } = request.headers;
    if (given !== undefined) {
      const shown = Buffer.from(String(given));
      if (shown.length !== known.length || !timingSafeEqual(shown, known)) return response.writeHead(403).end();
      handOn(request, { address: String(address), secure: secure === '1' });
      for (const name of [TOKEN, ADDRESS, SECURE]) delete request.headers[name];
    }
    return listener(request, response);
  };
}
