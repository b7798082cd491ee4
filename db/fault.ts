/** What can be wrong with the place where the database is kept, told apart by the codes of SQLite and of the system. */

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

/** Beginnings of codes, the longer ones first. */
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
];

/** What of the storage is behind an error, or behind what caused it; null: something else. */
export function faultOf(error: unknown): Fault | null {
  let each = error;
  for (let depth = 0; each instanceof Error && depth < 8; depth += 1, each = each.cause) {
    if (each instanceof StorageFault) return each.fault;
    const { code } = each as { code?: unknown };
    const found = typeof code === 'string' && FAULTS.find(([start]) => code === start || code.startsWith(`${start}_`));
    if (found) return found[1];
  }
  return null;
}

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
