import { Pool } from 'undici';

/** Begins `perSecond` calls a second, whether earlier ones were answered or not. @returns ms of each */
export async function drive(
  perSecond: number,
  forSeconds: number,
  one: (n: number) => Promise<number>,
): Promise<number[]> {
  const begun: Promise<number>[] = [];
  const started = performance.now();
  while (begun.length < perSecond * forSeconds) {
    const due = Math.floor(((performance.now() - started) / 1000) * perSecond) + 1;
    while (begun.length < Math.min(due, perSecond * forSeconds)) begun.push(one(begun.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return Promise.all(begun);
}

/** Calls procedures of the server at `url`. Of as few instructions as there are: it shares the machine with the server. */
export function makeCaller(url: string, connections: number) {
  const pool = new Pool(url, { connections });
  return {
    /** @returns ms until its answer @throws Error on any other status than 200 */
    async call(procedure: string, input: object, headers: Record<string, string> = {}): Promise<number> {
      const started = performance.now();
      const response = await pool.request({
        method: 'POST',
        path: `/api/trpc/${procedure}`,
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(input),
      });
      const text = await response.body.text();
      if (response.statusCode !== 200) throw new Error(`${procedure}: ${response.statusCode} ${text.slice(0, 200)}`);
      return performance.now() - started;
    },
    close: () => pool.close(),
  };
}
