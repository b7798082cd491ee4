import { SingleBar } from 'cli-progress';

/** A bar on standard error; in a file of a nightly run, a line now and then. */
export const makeBar = (format: string) =>
  new SingleBar({ format, stream: process.stderr, noTTYOutput: true, notTTYSchedule: 10_000 });

/**
 * Shows how far rows have come while `work` tells it; the bar begins with the first word, as only then the total is known.
 * @param what the rows are, in words
 */
export async function showRows<T>(
  what: string,
  work: (told: (done: number, total: number) => void) => Promise<T>,
): Promise<T> {
  const bar = makeBar(`{bar} {percentage}% | {value} of {total} ${what} | {eta_formatted} left`);
  let started = false;
  const told = (done: number, total: number) => {
    if (!started) bar.start(total, done);
    else bar.update(done);
    started = true;
  };
  return work(told).finally(() => bar.stop());
}
