import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';

/** Writes that somebody stands waiting for, from their call until their end: neither patient nor gathering. */
export function makeHaste() {
  let underWay = 0;
  const lulls = new Set<() => void>();

  /** @param ms at most @param arrival ends it sooner */
  async function untilLull(ms: number, ...arrival: Promise<void>[]): Promise<void> {
    let tell = () => {};
    const lull = new Promise<void>((resolve) => {
      tell = resolve;
    });
    lulls.add(tell);
    await Promise.race([lull, pause(ms, undefined, { ref: false }), ...arrival]);
    // Under steady load there may be none for long.
    lulls.delete(tell);
  }

  return {
    begin(): void {
      underWay += 1;
    },
    /** Of one that was begun. */
    end(): void {
      underWay -= 1;
      if (underWay > 0) return;
      for (const lull of lulls) lull();
    },
    isUnderWay: () => underWay > 0,
    untilLull,
    /** `Db.lull`. */
    async lull(deadline: number): Promise<void> {
      for (;;) {
        await nextTurn();
        const left = deadline - performance.now();
        if (underWay === 0 || left <= 0) return;
        await untilLull(left);
      }
    },
  };
}
