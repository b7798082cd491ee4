/** `npm run audit:verify`: whether the audit trail is as it was written. Exit code 1 names the first row that is not. */
import { runInspection } from '../command.ts';
import { verifyChain } from './chain.ts';

const FAULTS = {
  changed: 'was changed after it was written',
  missing: 'is missing',
  added: 'was added by hand',
  hidden: 'was taken out of the indexes by hand: searches do not find it',
};

await runInspection('audit:verify', 'npm run audit:verify', [], async (db) => {
  const verdict = await verifyChain(db.read, {
    onPage(count) {
      if (process.stderr.isTTY) process.stderr.write(`\r${count} rows`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  if (!verdict.whole) throw new Error(`the audit trail is broken: row ${verdict.row} ${FAULTS[verdict.fault]}`);
  return `the audit trail is whole: ${verdict.count} rows, head ${verdict.head}`;
});
