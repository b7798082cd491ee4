/** Exports of this process: begun, watched, cancelled, and their files. Each is written by a process of its own. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import { shanghaiTime } from '../time.ts';
import type { Order, Report } from './export.program.ts';
import type { ExportInput, ExportJob } from './schema.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/export.program.js', import.meta.url));
/** How long a file can be fetched. */
const KEPT_MS = 60 * 60 * 1000;
/** Exports of one person that are kept. */
const KEPT = 5;
const BROKEN = '导出失败,请稍后再试';

interface Job extends ExportJob {
  staffId: string;
  file: FileHandle;
  /** Stops the writing, if it still goes on, and takes the file away; whoever is fetching it gets no more of it. */
  drop(): void;
}

/** @param settings which database, by which keys, and whose dictionaries, the writing processes read */
export function makeExports(
  settings: Pick<Settings, 'databaseUrl' | 'readDatabaseUrl' | 'dataKeys' | 'dictionaries'>,
  log: Log,
) {
  const jobs = new Map<string, Job>();
  const starting = new Set<string>();
  const ofStaff = (staffId: string) => [...jobs.values()].filter((job) => job.staffId === staffId);

  function forget(job: Job) {
    job.drop();
    jobs.delete(job.id);
  }

  function get(staffId: string, id: string): Job {
    const job = jobs.get(id);
    if (job?.staffId !== staffId) throw new DomainError('EXPORT_NOT_FOUND', '没有这个导出任务,或文件已过期', 'id');
    return job;
  }

  return {
    /** @throws DomainError EXPORT_RUNNING: one at a time for each person */
    async start(staffId: string, input: ExportInput): Promise<ExportJob> {
      const own = ofStaff(staffId);
      if (starting.has(staffId) || own.some(({ state }) => state === 'running')) {
        throw new DomainError('EXPORT_RUNNING', '已有导出任务正在进行,请等待完成或先取消');
      }
      starting.add(staffId);
      const job = await begin(staffId, input).finally(() => starting.delete(staffId));
      for (const old of own.slice(0, Math.max(0, own.length - KEPT + 1))) forget(old);
      jobs.set(job.id, job);
      setTimeout(() => forget(job), KEPT_MS).unref();
      return show(job);
    },
    /** A person's own, the newest first. */
    list: (staffId: string): ExportJob[] => ofStaff(staffId).reverse().map(show),
    /** @throws DomainError EXPORT_NOT_FOUND, EXPORT_NOT_READY (not running any more) */
    cancel(staffId: string, id: string): ExportJob {
      const job = get(staffId, id);
      if (job.state !== 'running') throw new DomainError('EXPORT_NOT_READY', '该导出任务已结束');
      job.state = 'cancelled';
      job.drop();
      return show(job);
    },
    /** @throws DomainError EXPORT_NOT_FOUND, EXPORT_NOT_READY (not written to its end) */
    find(staffId: string, id: string): ExportJob & { read(): Readable } {
      const job = get(staffId, id);
      if (job.state !== 'done') throw new DomainError('EXPORT_NOT_READY', '导出尚未完成');
      return { ...show(job), read: () => job.file.createReadStream({ start: 0, autoClose: false }) };
    },
  };

  async function begin(staffId: string, input: ExportInput): Promise<Job> {
    const id = randomUUID();
    const path = join(tmpdir(), `console-export-${id}`);
    const file = await open(path, 'wx+', 0o600);
    // Nameless from here on: even a killed process leaves nothing. Windows keeps the name until the end.
    if (process.platform !== 'win32') await rm(path);
    const child = spawn(process.execPath, [PROGRAM], {
      stdio: ['ignore', file.fd, 'ignore', 'ipc'],
    });
    const job: Job = {
      ...{ id, staffId, file, source: input.source, format: input.format },
      ...{ state: 'running', rows: 0, total: null, startedAt: shanghaiTime(new Date()), problem: null },
      drop() {
        child.kill('SIGKILL');
        void file.close().then(() => rm(path, { force: true }));
      },
    };
    const fail = (problem: string) => {
      if (job.state !== 'running') return;
      Object.assign(job, { state: 'failed', problem });
      job.drop();
    };
    child.on('message', (report: Report) => {
      if (job.state !== 'running') return;
      if (report.at === 'counted') job.total = report.total;
      if (report.at === 'written') job.rows = report.rows;
      if (report.at === 'done') Object.assign(job, { state: 'done', rows: report.rows, total: report.rows });
      if (report.at === 'too-many') fail('符合条件的数据超过 1 000 000 条,请缩小筛选范围');
      if (report.at === 'failed') {
        log.error({ export: id, error: report.error }, 'export failed');
        fail(BROKEN);
      }
    });
    child.once('error', (error) => {
      log.error({ export: id, error: error.name }, 'export failed');
      fail(BROKEN);
    });
    child.once('exit', () => fail(BROKEN));
    const { readDatabaseUrl, dataKeys, dictionaries } = settings;
    const databaseUrl = readDatabaseUrl ?? settings.databaseUrl;
    const order: Order = { databaseUrl, dataKeys, dictionaries, input };
    child.send(order);
    return job;
  }
}

export type Exports = ReturnType<typeof makeExports>;

const show = ({ id, source, format, state, rows, total, startedAt, problem }: ExportJob): ExportJob => ({
  ...{ id, source, format, state, rows, total, startedAt, problem },
});
