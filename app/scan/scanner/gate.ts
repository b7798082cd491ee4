/** A code that was out of view for this long has left. */
const LEFT_MS = 1_200;
/** A code held in view fires again after this long. */
const HELD_MS = 5_000;

/**
 * One code is one event: the camera reads the same code many times a second, the nurse means it once. A code fires again
 * once it has left or has been held for a few seconds; another code fires at once. Two codes may be in view together, and be
 * read by turns.
 */
export function makeGate() {
  const inView = new Map<string, { firedAt: number; seenAt: number }>();
  const forgetThoseWhoLeft = (at: number) => {
    for (const [text, { seenAt }] of inView) if (at - seenAt >= LEFT_MS) inView.delete(text);
  };
  return {
    /**
     * A sighting at `at` (ms, any steady clock).
     * @param options.once a code that stays does not fire again
     * @returns whether it is an event
     */
    sees(text: string, at: number, { once = false } = {}): boolean {
      forgetThoseWhoLeft(at);
      const code = inView.get(text);
      const again = code !== undefined && (once || at - code.firedAt < HELD_MS);
      inView.set(text, { firedAt: again ? code.firedAt : at, seenAt: at });
      return !again;
    },
    /** The screen is busy with a result: the time that the codes in view have been held begins anew. */
    hold(at: number): void {
      forgetThoseWhoLeft(at);
      for (const code of inView.values()) code.firedAt = at;
    },
    /** Nothing was seen for a while, as the page stood still: what was in view before counts as never gone. */
    resume(at: number): void {
      for (const code of inView.values()) Object.assign(code, { firedAt: at, seenAt: at });
    },
  };
}
