/** `npm run restore -- FILE [--to PATH] [--force]`: verifies a backup and makes it the database; the server must not run. */
import { pathOf } from '../../db/index.ts';
import { runTool } from '../command.ts';
import { readBackupKey, readDatabaseSettings } from '../settings.ts';
import { restoreBackup } from './backup.ts';
import { describeContents } from './describe-contents.ts';

await runTool('restore', { to: 'string', force: 'boolean' }, async ({ to, force }, [file, ...others]) => {
  if (!file || others.length > 0) throw new Error('name one backup: npm run restore -- FILE [--to PATH] [--force]');
  const secret = readBackupKey(process.env);
  const target = typeof to === 'string' ? to : pathOf(readDatabaseSettings(process.env).databaseUrl);
  const restored = await restoreBackup(file, { to: target, force: force === true, secret });
  const replaced = restored.replaced ? `; the database before it is ${restored.replaced}` : '';
  return `restored to ${target}: ${describeContents(restored)}${replaced}`;
});
