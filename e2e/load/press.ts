import { createHistogram } from 'node:perf_hooks';
import { Pool } from 'undici';

export interface Figures {
  /** Answers a second. */
  rps: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** What one connection sends next. */
export type Next = (connection: number) => { body: string; cookie?: string | undefined };

/**
 * Posts as fast as answers come, on so many connections at once.
 * @param more whether there is anything left to send
 * @throws Error on any answer other than 200
 */
export async function press(
  url: string,
  path: string,
  connections: number,
  seconds: number,
  next: Next,
  more: () => boolean = () => true,
): Promise<Figures> {
  const pool = new Pool(url, { connections, pipelining: 1 });
  // Microseconds.
  const times = createHistogram();
  const begun = performance.now();
  const end = begun + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async (_, connection) => {
      while (performance.now() < end && more()) {
        const { body, cookie } = next(connection);
        const headers = { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) };
        const started = performance.now();
        const answer = await pool.request({ method: 'POST', path, headers, body });
        const text = await answer.body.text();
        times.record(Math.max(1, Math.round((performance.now() - started) * 1000)));
        if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 300)}`);
      }
    }),
  );
  const rps = Math.round(times.count / ((performance.now() - begun) / 1000));
  await pool.close();
  return { rps, p50: times.percentile(50) / 1000, p99: times.percentile(99) / 1000 };
}

/** The run of the middle by answers a second. */
export function median(runs: Figures[]): Figures {
  const sorted = [...runs].sort((one, other) => one.rps - other.rps);
  return sorted[Math.floor(sorted.length / 2)] as Figures;
}
