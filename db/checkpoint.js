/**
 * Runs in a thread of its own: brings what was committed from the write-ahead log into the database's file, while the
 * main thread answers nurses. JavaScript, as a thread is started without the loader that reads TypeScript.
 */
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';

const connection = new Database(workerData.path);
const timer = setInterval(() => {
  try {
    connection.pragma('wal_checkpoint(PASSIVE)');
  } catch {
    // The disk is full, say. The log holds what is committed, and the next turn tries again.
  }
}, workerData.interval);

parentPort?.once('message', () => {
  clearInterval(timer);
  connection.close();
});
