/**
 * Runs in a thread of its own: brings what was committed from the write-ahead log into the database's file, while the
 * main thread answers nurses. That keeps the disk busy, and commits wait for the disk, so it is done when nothing was written
 * for a moment, or much was. JavaScript, as a thread is started without the loader that reads TypeScript.
 */
import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** Pages: 64 MiB. */
const MUCH = 16_384;
/** Milliseconds. Writers stand still while the log's last pages are brought, so whoever reads long is not waited for. */
const PATIENCE = 20;

try {
  // On Linux a thread's own; elsewhere it would be the whole process's.
  if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // The process has a lower one.
}
const connection = new Database(workerData.path, { timeout: PATIENCE });
let before = 0;
const timer = setInterval(() => {
  try {
    const [{ log, checkpointed }] = connection.pragma('wal_checkpoint(NOOP)');
    const isQuiet = log === before;
    if (log > MUCH || (isQuiet && log > checkpointed)) connection.pragma('wal_checkpoint(PASSIVE)');
    // Who writes on and on would never find the log brought to its end, and begin it anew: it would grow for ever.
    if (log > MUCH) connection.pragma('wal_checkpoint(RESTART)');
    before = log;
  } catch {
    // The disk is full, say. The log holds what is committed, and the next turn tries again.
  }
}, workerData.interval);

parentPort?.once('message', () => {
  clearInterval(timer);
  connection.close();
});
