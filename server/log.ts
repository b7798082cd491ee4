import pino from 'pino';
import { isoNow } from './time.ts';

/** Bytes of lines that wait for a place to go; what comes on top is dropped. */
const MOST_WAITING = 16 * 1024 * 1024;

/** Writes JSON lines to standard output: what happened and where, never what it was about (rule: no personal data). */
export function makeLog(level: string) {
  const output = pino.destination({ dest: 1, sync: true, maxLength: MOST_WAITING });
  // A log on a full disk, or one that nobody reads any more, must not end the service. The next line tries again.
  const streams: Pick<NodeJS.EventEmitter, 'on'>[] = [output, process.stdout, process.stderr];
  for (const stream of streams) stream.on('error', () => {});
  return pino({ level, base: null, timestamp: () => `,"time":"${isoNow()}"` }, output);
}

export type Log = ReturnType<typeof makeLog>;

/**
 * Makes JSON lines of what a library prints, without its words: Next prints errors as text, and quotes what somebody sent. Of an error
 * its class and its places in the code remain.
 */
export function takeConsole(log: Log): void {
  const tell =
    (level: 'error' | 'warn' | 'debug') =>
    (first: unknown, ...others: unknown[]) => {
      const error = [first, ...others].find((each) => each instanceof Error);
      log[level](error ? { error: describeError(error) } : {}, 'told by the pages');
    };
  const [error, warn, debug] = [tell('error'), tell('warn'), tell('debug')];
  Object.assign(globalThis.console, { error, warn, log: debug, info: debug, debug, trace: debug });
}

/**
 * What of an unexpected error may be logged. Messages of database errors quote values, so only the class, the code and
 * the places in the code remain.
 */
export function describeError(error: unknown): { name: string; code?: string; at: string[]; cause?: object } {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const code = (error as { code?: unknown }).code;
  const at = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
  return {
    name: error.name,
    ...(typeof code === 'string' ? { code } : {}),
    at,
    ...(error.cause ? { cause: describeError(error.cause) } : {}),
  };
}
