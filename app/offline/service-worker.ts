/**
 * Answers a page's navigation when the network, or the server, is away: with a page that says so and goes on trying. It keeps that
 * page's own files and nothing else; no answer of the API and no page of the console ever comes into its cache.
 * Built to `public/service-worker.js` by .ci/prepare.mjs.
 */
import { NetworkOnly, type PrecacheEntry, Serwist } from 'serwist';

/** The page's files with the digests of their contents, set by the build. */
declare const OFFLINE_FILES: PrecacheEntry[];
/** A network that swallows everything is as good as none. */
const PATIENCE_SECONDS = 10;

new Serwist({
  precacheEntries: OFFLINE_FILES,
  skipWaiting: true,
  clientsClaim: true,
  runtimeCaching: [
    {
      matcher: ({ request }) => request.mode === 'navigate',
      handler: new NetworkOnly({ networkTimeoutSeconds: PATIENCE_SECONDS }),
    },
  ],
  fallbacks: { entries: [{ url: '/offline.html', matcher: ({ request }) => request.mode === 'navigate' }] },
}).addEventListeners();
