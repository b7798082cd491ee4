/** What browsers are told with every answer: which scripts run, what may be framed, asked and sent. */
import type { ServerResponse } from 'node:http';
import type { Peer } from './peer.ts';

/** A year, as browsers' own lists ask for. Subdomains are not ours to promise. */
const HSTS = 'max-age=31536000';

/** The pages use the camera (/scan) and keep the screen awake (/phone); what is not named here and not refused is the browser's default. */
const PERMISSIONS = [
  ...['camera', 'screen-wake-lock'].map((feature) => `${feature}=(self)`),
  ...[
    'accelerometer',
    'display-capture',
    'encrypted-media',
    'geolocation',
    'gyroscope',
    'hid',
    'idle-detection',
    'local-fonts',
    'magnetometer',
    'microphone',
    'midi',
    'payment',
    'picture-in-picture',
    'serial',
    'usb',
    'window-management',
    'xr-spatial-tracking',
  ].map((feature) => `${feature}=()`),
].join(', ');

const EVERYWHERE = Object.entries({
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': PERMISSIONS,
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Origin-Agent-Cluster': '?1',
  'X-Permitted-Cross-Domain-Policies': 'none',
}).flat();
const OPENER = ['Cross-Origin-Opener-Policy', 'same-origin'];
const HTTPS_ONLY = ['Strict-Transport-Security', HSTS];

/** Answers for programs show nothing. */
export const API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * The policy of a page and of what it loads: workers have that of their own file.
 * @param nonce what this answer's inline scripts and styles carry
 * @param dev Next compiles on the fly: it evaluates, and its styles come as text
 */
export function pagePolicy(nonce: string, dev: boolean): string {
  const style = dev ? "'self' 'unsafe-inline'" : `'self' 'nonce-${nonce}'`;
  return Object.entries({
    'default-src': "'none'",
    'script-src': `'self' 'nonce-${nonce}' 'wasm-unsafe-eval'${dev ? " 'unsafe-eval'" : ''}`,
    'style-src': style,
    'img-src': "'self'",
    'font-src': "'self'",
    'media-src': "'self'",
    'connect-src': "'self'",
    'worker-src': "'self'",
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'self'",
    'frame-ancestors': "'none'",
    'object-src': "'none'",
  })
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

/** Where browsers take plain HTTP for safe; elsewhere they complain of what needs a safe page. */
const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/;

/**
 * HTTPS only where the browser came by it: it may not be told to come by nothing else before.
 * @returns a name, its value, a name …, as `writeHead` takes them: given there they cost half of what they do one by one
 */
export function headersFor(policy: string, { secure, host }: Peer): string[] {
  const headers = [...EVERYWHERE, 'Content-Security-Policy', policy];
  if (secure || LOCAL.test(host)) headers.push(...OPENER);
  if (secure) headers.push(...HTTPS_ONLY);
  return headers;
}

/** The same for what is written by others. */
export function setHeaders(response: ServerResponse, policy: string, peer: Peer): void {
  const headers = headersFor(policy, peer);
  for (let at = 0; at < headers.length; at += 2) response.setHeader(headers[at] ?? '', headers[at + 1] ?? '');
}
