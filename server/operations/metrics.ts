/** Numbers for Prometheus. Labels are words of this program only: routes, actions, outcomes; never a path, a person or a number. */
import { and, eq } from 'drizzle-orm';
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type Db, folderOf, isOpen, type OpenOptions, tables } from '../../db/index.ts';
import type { Counted } from '../nodes/wire.ts';
import { makeEventReader } from './count-events.ts';
import { freeBytes } from './health.ts';

/** Seconds: from what memory answers to what a nurse no longer waits for. */
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const DISK_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Begun before the database is opened, so that its writer is watched from the start. */
export function makeMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'console_http_request_duration_seconds',
    help: 'How long answers took, by route, method and status',
    labelNames: ['route', 'method', 'status'],
    buckets: REQUEST_BUCKETS,
    registers,
  });
  const waits = new Histogram({
    name: 'console_write_wait_seconds',
    help: 'How long the first write of each commit stood in the queue of the one writer',
    buckets: DISK_BUCKETS,
    registers,
  });
  const syncs = new Histogram({
    name: 'console_fdatasync_seconds',
    help: 'How long the disk took to keep the write-ahead log',
    buckets: DISK_BUCKETS,
    registers,
  });

  let readEvents = async () => {};
  let readNodes = async (): Promise<Counted[][]> => [];
  const gauge = (name: string, help: string, read: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        this.set(
          await Promise.resolve()
            .then(read)
            .catch(() => Number.NaN),
        );
      },
    });

  return {
    /** For `open` of db/index.ts. */
    watch: {
      waited: (ms) => waits.observe(ms / 1000),
      synced: (ms) => syncs.observe(ms / 1000),
    } satisfies OpenOptions['watch'],

    /** @param route a pattern of this program, never what was asked for */
    answered(route: string, method: string, status: number, ms: number): void {
      requests.observe({ route, method, status: String(status) }, ms / 1000);
    },

    /** Adds how this process's writer is. */
    attachWriter(db: Db): void {
      gauge('console_write_queue', 'Writes that stand in the queue of the one writer', () => db.status().waiting);
      gauge('console_storage_fault', '1: the database can not be written at present', () =>
        db.status().fault ? 1 : 0,
      );
    },

    /** Adds what is read from a database when somebody asks: of several processes, one does. */
    attach(db: Db, { databaseUrl }: { databaseUrl: string }): void {
      const folder = folderOf(databaseUrl);
      gauge('console_disk_free_bytes', 'Free space where the database is', () => freeBytes(folder));
      gauge('console_outbox_waiting', 'Records that wait to be told to the province', () =>
        db.read.$count(tables.cityOutbox, and(isOpen(tables.cityOutbox.state), eq(tables.cityOutbox.state, 'waiting'))),
      );
      readEvents = attachEvents(db, registry);
    },

    /** Adds to each reading what other processes have counted. */
    attachNodes(read: () => Promise<Counted[][]>): void {
      readNodes = read;
    },

    /** What this process has counted, for another to add up. */
    own: () => registry.getMetricsAsJSON() as unknown as Promise<Counted[]>,

    /** The text format 0.0.4. What a damaged database does not tell is NaN, or stands still. */
    async read(): Promise<string> {
      await readEvents().catch(() => {});
      const nodes = await readNodes();
      if (nodes.length === 0) return registry.metrics();
      return AggregatorRegistry.aggregate([await registry.getMetricsAsJSON(), ...nodes] as never).metrics();
    },
    contentType: registry.contentType,
  };
}

export type Metrics = ReturnType<typeof makeMetrics>;

/** @returns how to bring the counts up to date */
function attachEvents(db: Db, registry: Registry): () => Promise<void> {
  const registers = [registry];
  const count = (name: string, help: string, label: string) =>
    new Counter({ name, help, labelNames: [label], registers });
  const scans = count('console_scans_total', 'Codes that were looked up, by outcome', 'outcome');
  const vouchers = count('console_vouchers_total', 'Vouchers, by what was done', 'event');
  const refusals = count('console_voucher_refusals_total', 'Vouchers that were not issued, by code', 'outcome');
  const rows = count('console_upload_rows_total', 'Uploaded rows, by what became of them', 'result');
  const uploads = count('console_uploads_total', 'Uploaded batches, by outcome', 'outcome');
  const signIns = count('console_sign_ins_total', 'Sign-ins, by outcome', 'outcome');
  const read = makeEventReader(db, ({ action, outcome, batch }) => {
    if (action === 'scan.lookup') scans.inc({ outcome });
    if (action === 'staff.sign_in') signIns.inc({ outcome });
    if (action === 'batch.upload') uploads.inc({ outcome });
    if (action === 'voucher.issue' && outcome !== 'ok') refusals.inc({ outcome });
    if (/^voucher\.(issue|reprint|void)$/.test(action) && outcome === 'ok') {
      vouchers.inc({ event: action.slice('voucher.'.length) });
    }
    for (const result of ['accepted', 'unchanged', 'rejected'] as const) {
      if (batch) rows.inc({ result }, batch[result]);
    }
  });
  // Begins at the end of the trail: counters of a process begin at its start.
  void read().catch(() => {});
  return read;
}
