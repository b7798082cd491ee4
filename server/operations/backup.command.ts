/** `npm run backup [-- --to DIR --keep N]`: a verified and sealed copy of the database, also while the console runs. */
import { dirname, join } from 'node:path';
import { pathOf } from '../../db/index.ts';
import { runTool } from '../command.ts';
import { readBackupKey, readDatabaseSettings } from '../settings.ts';
import { makeBackup } from './backup.ts';
import { describeContents } from './describe-contents.ts';

const KEPT = 14;

await runTool('backup', { to: 'string', keep: 'string' }, async ({ to, keep = String(KEPT) }) => {
  if (!/^[1-9]\d{0,4}$/.test(String(keep))) throw new Error('--keep must be a number from 1 on');
  const secret = readBackupKey(process.env);
  const database = pathOf(readDatabaseSettings(process.env).databaseUrl);
  const folder = typeof to === 'string' ? to : join(dirname(database), 'backups');
  const backup = await makeBackup(database, { folder, keep: Number(keep), secret });
  return `${backup.file}: ${backup.sealedSize} bytes, sha256 ${backup.digest}; ${describeContents(backup)}`;
});
