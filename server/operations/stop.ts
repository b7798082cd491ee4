import type { Listening } from '../http/serve.ts';
import { describeError, type Log } from '../log.ts';

/** Milliseconds that requests in flight get to finish. */
const PATIENCE_MS = 30_000;

/**
 * The way out: the first SIGINT or SIGTERM takes no new connections, lets what is in flight finish, releases what the process holds and
 * ends it with code 0. A second signal ends it at once, with code 1: SQLite's log holds what was committed.
 * @param release ends what runs in the background, and is waited for; it is told when the last request is answered
 */
export function stopOnSignals(...parts: Parameters<typeof makeStop>): void {
  let stopping = false;
  const stop = makeStop(...parts);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      stopping = true;
      stop();
    });
  }
}

/** {@link stopOnSignals}, to be called once. */
export function makeStop(
  listening: Pick<Listening, 'close' | 'cutOff'>,
  log: Log,
  release: (answered: Promise<void>) => Promise<void>,
): () => void {
  return () => {
    log.info('stopping');
    const cut = setTimeout(() => {
      log.warn('requests in flight were cut off');
      listening.cutOff();
    }, PATIENCE_MS);
    void release(listening.close())
      .catch((error) => log.error({ error: describeError(error) }, 'stopped with an error'))
      .finally(() => {
        clearTimeout(cut);
        process.exit(0);
      });
  };
}
