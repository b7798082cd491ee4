import type { Server } from 'node:http';
import { describeError, type Log } from '../log.ts';

/** Milliseconds that requests in flight get to finish. */
const PATIENCE_MS = 30_000;

/**
 * The way out: the first SIGINT or SIGTERM takes no new connections, lets what is in flight finish, releases what the process holds and
 * ends it with code 0. A second signal ends it at once, with code 1: SQLite's log holds what was committed.
 * @param release ends what runs in the background, and is waited for; it is told when the last request is answered
 */
export function stopOnSignals(server: Server, log: Log, release: (answered: Promise<void>) => Promise<void>): void {
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info('stopping');
    const answered = new Promise<void>((resolve) => {
      server.close(() => resolve());
      // Browsers keep theirs for as long as they may: each is closed once it has nothing to do.
      const idle = setInterval(() => server.closeIdleConnections(), 100);
      const cut = setTimeout(() => {
        log.warn('requests in flight were cut off');
        server.closeAllConnections();
      }, PATIENCE_MS);
      server.once('close', () => {
        clearInterval(idle);
        clearTimeout(cut);
      });
    });
    void release(answered)
      .catch((error) => log.error({ error: describeError(error) }, 'stopped with an error'))
      .finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
}
