/** Whose turn it is to write a SQLite file: one process at a time, in the order in which they asked. SQLite's own lock is no queue. */
export type TakeTurn = () => Promise<() => void>;

/** @returns waits for one's turn; it ends when the result is called */
export function makeTurns(): TakeTurn {
  let last: Promise<void> = Promise.resolve();
  return () => {
    let end: () => void = () => {};
    const before = last;
    const mine = new Promise<void>((resolve) => {
      end = resolve;
    });
    last = before.then(() => mine);
    return before.then(() => end);
  };
}
