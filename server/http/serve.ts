/** Listens: in plain, or over TLS with a plain port beside it for whoever has yet to trust us. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { Settings } from '../settings.ts';
import type { Trust } from '../tls/certificate.ts';

/**
 * For Node's HTTP servers. An idle connection is kept for longer than proxies (60 s) keep theirs, or a request meets one that is just
 * being closed. Headers come at once or not at all; a batch or a file may take its five minutes, small bodies what gate.ts gives them.
 */
const HTTP_OPTIONS = {
  keepAliveTimeout: 75_000,
  headersTimeout: 10_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
};
/** Addresses that are listened at, and can't be called. */
const ANY_ADDRESS = /^(0\.0\.0\.0|::)$/;
const HANDSHAKE_MS = 10_000;

export interface Listening {
  port: number;
  /** Of the plain port beside TLS, if there is one. */
  httpPort: number | null;
  /** Where this process reaches itself: never over TLS, whose authority Node does not know. */
  ownUrl: string;
  /** Lets what is under way end. */
  close(): Promise<void>;
  /** Ends what is under way. */
  cutOff(): void;
}

/**
 * @param trust null: plain; it learns the ports that were free
 * @throws Error EADDRINUSE, with the `port` that is taken
 */
export async function listen(
  { host, port, httpPort }: Pick<Settings, 'host' | 'port' | 'httpPort'>,
  trust: Trust | null,
  listener: RequestListener,
): Promise<Listening> {
  const servers: Server[] = [];
  async function start(server: Server, at: number, on: string): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, on, resolve);
    });
    servers.push(server);
    return server.address() as AddressInfo;
  }
  const plain = () => createServer(HTTP_OPTIONS, listener);
  const close = async () => {
    const idle = setInterval(() => {
      // Browsers keep theirs for as long as they may: each is closed once it has nothing to do.
      for (const server of servers) server.closeIdleConnections();
    }, 100);
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    clearInterval(idle);
    trust?.certificate.close();
  };
  const cutOff = () => {
    for (const server of servers) server.closeAllConnections();
  };
  if (!trust) {
    const taken = await start(plain(), port, host);
    return { port: taken.port, httpPort: null, ownUrl: `http://${hostOf(taken)}:${taken.port}`, close, cutOff };
  }
  const tls = createTlsServer(
    { ...HTTP_OPTIONS, ...trust.certificate.pair(), handshakeTimeout: HANDSHAKE_MS, minVersion: 'TLSv1.2' },
    listener,
  );
  trust.certificate.onChange((pair) => tls.setSecureContext({ ...pair, minVersion: 'TLSv1.2' }));
  const taken = await start(tls, port, host);
  const beside = httpPort === null ? null : await start(plain(), httpPort, host);
  const inside = await start(plain(), 0, '127.0.0.1');
  const ports = { httpsPort: taken.port, httpPort: beside?.port ?? null };
  Object.assign(trust, ports);
  return { port: taken.port, httpPort: ports.httpPort, ownUrl: `http://127.0.0.1:${inside.port}`, close, cutOff };
}

/** How an address that is listened at is called. */
function hostOf({ address }: AddressInfo): string {
  if (ANY_ADDRESS.test(address)) return 'localhost';
  return isIPv6(address) ? `[${address}]` : address;
}
