/** `npm run retention [-- --dry-run] [--clock-is-right]`: deletes what the settings `RETAIN_…_DAYS` keep no longer, also while the console runs. */
import { runCommand } from '../command.ts';
import { readRetention } from '../settings.ts';
import { countExpired, type Removed, removeExpired } from './retention.ts';
import { assertClock } from './trusted-clock.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

await runCommand(
  'retention',
  'npm run retention [-- --dry-run] [--clock-is-right]',
  [],
  async (db, actor, values) => {
    const retention = readRetention(process.env);
    const now = new Date();
    if (!values['clock-is-right']) await assertClock(db.read, now);
    if (values['dry-run']) return `would remove ${inWords(await countExpired(db, retention, now))}`;
    const { counts, finished } = await removeExpired(db, actor, retention, { now, signal: stopping.signal });
    return `removed ${inWords(counts)}${finished ? '' : '; stopped, the next run goes on'}`;
  },
  ['dry-run', 'clock-is-right'],
);

function inWords(counts: Removed['counts']): string {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}
