/** Who is at the other end, and what of it may be believed: proxies are, where TRUSTED_PROXIES names them; nobody else is. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { readAddresses, unmapped } from './addresses.ts';

export interface Peer {
  /** IPv4 or IPv6; `unknown` of a connection that is gone. */
  address: string;
  /** The browser speaks HTTPS, with us or with a trusted proxy. */
  secure: boolean;
  /** Name and port that the browser asked for. */
  host: string;
}
/** The other end of a connection, whoever's word it hands on. */
interface Nearest {
  address: string;
  secure: boolean;
}
const handedOn = new WeakMap<IncomingMessage, Nearest>();

/** Notes whom another process of this server heard a request from. */
export const handOn = (request: IncomingMessage, from: Nearest): void => void handedOn.set(request, from);

export function nearestOf(request: IncomingMessage): Nearest {
  const { remoteAddress = 'unknown', encrypted } = request.socket as Partial<TLSSocket>;
  return handedOn.get(request) ?? { address: unmapped(remoteAddress), secure: encrypted === true };
}

export type FindPeer = (request: IncomingMessage) => Peer;

/**
 * @param trusted addresses and networks (`10.0.0.0/8`) of proxies
 * @throws Error that names what is neither
 */
export function makeFindPeer(trusted: string[]): FindPeer {
  const isTrusted = readAddresses(trusted);
  return (request) => {
    const { headers } = request;
    const { address: nearest, secure } = nearestOf(request);
    const direct = { address: nearest, secure, host: headers.host ?? '' };
    if (!isTrusted(nearest)) return direct;
    // Each proxy adds at the end whom it heard: the last one that is no proxy of ours is the client, what stands before is its own word.
    const hops = listed(headers['x-forwarded-for']).map(plain);
    let address = nearest;
    while (isTrusted(address)) {
      const next = hops.pop();
      if (next === undefined || !isIP(next)) break;
      address = next;
    }
    const scheme = listed(headers['x-forwarded-proto']).at(-1);
    const host = listed(headers['x-forwarded-host']).at(-1);
    return {
      address,
      secure: scheme === undefined ? direct.secure : scheme.toLowerCase() === 'https',
      host: host ?? direct.host,
    };
  };
}

/** This machine itself. */
export const isLoopback = (address: string) => address === '::1' || address.startsWith('127.');

function listed(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Without port and brackets. */
function plain(address: string): string {
  const bare = /^\[(.+)\](?::\d+)?$/.exec(address)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
  return unmapped(bare);
}
