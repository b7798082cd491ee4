/**
 * Runs in a thread of its own: brings what was committed from the write-ahead log into the database's file, while the
 * main thread answers nurses. That keeps the disk busy, and commits wait for the disk, so it is done when nothing was written
 * for a moment, or much was. JavaScript, as a thread is started without the loader that reads TypeScript.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

/** Pages: 128 MiB. */
const MUCH = 32_768;

const connection = new Database(workerData.path);
let before = 0;
const timer = setInterval(() => {
  try {
    const [{ log, checkpointed }] = connection.pragma('wal_checkpoint(NOOP)');
    const waiting = log - checkpointed;
    if (waiting > 0 && (log === before || waiting > MUCH)) connection.pragma('wal_checkpoint(PASSIVE)');
    before = log;
  } catch {
    // The disk is full, say. The log holds what is committed, and the next turn tries again.
  }
}, workerData.interval);

parentPort?.once('message', () => {
  clearInterval(timer);
  connection.close();
});
