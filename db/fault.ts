/** What can be wrong with the place where the database is kept, told apart by the codes of SQLite, of PostgreSQL and of the system. */

/** `busy`: another process writes, for longer than anybody waits. `damaged`: the file is not as it was written. */
export type Fault = 'full' | 'busy' | 'readonly' | 'damaged' | 'failed';

/** A fault that was found earlier, and that only a restart or a restore ends. */
export class StorageFault extends Error {
  override readonly name = 'StorageFault';
  readonly fault: Fault;

  constructor(fault: Fault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

/** The database server is gone, or does not answer; what was given to it may have been done or not. It passes by itself. */
export class StorageUnreachable extends Error {
  override readonly name = 'StorageUnreachable';
  readonly code = 'UNREACHABLE';
}

/** Beginnings of codes, the longer ones first; SQLSTATEs of PostgreSQL, and whole classes of them. */
const FAULTS: [code: string, fault: Fault][] = [
  ['SQLITE_FULL', 'full'],
  // The index of the write-ahead log could not grow.
  ['SQLITE_IOERR_SHMSIZE', 'full'],
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_READONLY', 'readonly'],
  ['EROFS', 'readonly'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
  ['SQLITE_IOERR', 'failed'],
  ['SQLITE_CANTOPEN', 'failed'],
  ['EIO', 'failed'],
  ['UNREACHABLE', 'failed'],
  // disk_full, out_of_memory; too_many_connections and a lock that was waited for too long pass sooner.
  ['53300', 'busy'],
  ['53', 'full'],
  ['55P03', 'busy'],
  ['57014', 'busy'],
  ['40001', 'busy'],
  ['40P01', 'busy'],
  // read_only_sql_transaction: a standby, or a server that was told so.
  ['25006', 'readonly'],
  // data_corrupted, index_corrupted.
  ['XX001', 'damaged'],
  ['XX002', 'damaged'],
  // connection_exception, admin_shutdown and its like, io_error.
  ['08', 'failed'],
  ['57P', 'failed'],
  ['58', 'failed'],
];
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** What of the storage is behind an error, or behind what caused it; null: something else. */
export function faultOf(error: unknown): Fault | null {
  let each = error;
  for (let depth = 0; each instanceof Error && depth < 8; depth += 1, each = each.cause) {
    if (each instanceof StorageFault) return each.fault;
    const { code } = each as { code?: unknown };
    const found = typeof code === 'string' && FAULTS.find(([start]) => isOfKind(code, start));
    if (found) return found[1];
  }
  return null;
}

/** Whether a text had U+0000 in it, which PostgreSQL keeps nowhere; SQLite does. */
export function isUnstorable(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return code === '22021' || (cause instanceof Error && isUnstorable(cause));
}

const isOfKind = (code: string, start: string) =>
  code === start ||
  code.startsWith(`${start}_`) ||
  (/^\d|^XX/.test(start) && SQLSTATE.test(code) && code.startsWith(start));

export interface FaultState {
  fault: Fault;
  /** Milliseconds since 1970, of the first time in a row. */
  since: number;
  /** It does not pass by itself. */
  lasting: boolean;
  error: unknown;
}

/** Remembers how the storage is. Damage and a disk that failed stay until the process ends; the rest passes with the next write. */
export function makeFaults() {
  let state: FaultState | null = null;
  return {
    state: () => state,
    /** Takes note of an error, if it is one of the storage. */
    note(error: unknown): void {
      const fault = faultOf(error);
      if (!fault || state?.lasting) return;
      const lasting = fault === 'damaged' || error instanceof StorageFault;
      state = { fault, since: state?.fault === fault ? state.since : Date.now(), lasting, error };
    },
    /** Something was written, and is on the disk. */
    passed(): void {
      if (!state?.lasting) state = null;
    },
    /** @throws StorageFault after damage: what would be written on top of it could not be trusted */
    check(): void {
      if (state?.lasting) {
        throw new StorageFault(state.fault, 'the storage failed: nothing is written any more until a restart', {
          cause: state.error,
        });
      }
    },
  };
}

export type Faults = ReturnType<typeof makeFaults>;
