import type { Kept, Transaction } from './index.ts';

interface Entry {
  value: unknown;
  save: (tx: Transaction, value: never) => Promise<void>;
}

/** {@link Kept}, and what the queue of writes does with it. */
export function makeKept() {
  let entries = new Map<symbol, Entry>();
  const kept: Kept = {
    get: <T>(key: symbol) => entries.get(key)?.value as T | undefined,
    set(key, value, save) {
      entries.set(key, { value, save });
    },
  };
  return {
    kept,
    async save(tx: Transaction): Promise<void> {
      for (const { value, save } of entries.values()) await save(tx, value as never);
      entries = new Map();
    },
    forget(): void {
      entries = new Map();
    },
  };
}
