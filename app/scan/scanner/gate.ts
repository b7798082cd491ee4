/** A code that was out of view for this long has left. */
const LEFT_MS = 1_200;
/** A code held in view fires again after this long. */
const HELD_MS = 5_000;

/**
 * One code is one event: the camera reads the same code many times a second, the nurse means it once. A code fires again
 * once it has left or has been held for a few seconds; another code fires at once.
 */
export function makeGate() {
  let text: string | null = null;
  let firedAt = 0;
  let seenAt = 0;
  return {
    /**
     * A sighting at `at` (ms, any steady clock).
     * @returns whether it is an event
     */
    sees(sighted: string, at: number): boolean {
      const again = sighted === text && at - seenAt < LEFT_MS && at - firedAt < HELD_MS;
      seenAt = at;
      if (again) return false;
      text = sighted;
      firedAt = at;
      return true;
    },
    /** The screen is busy with a result, or has just let go of it: the last code's time of being held begins anew. */
    hold(at: number): void {
      firedAt = at;
      seenAt = at;
    },
  };
}
