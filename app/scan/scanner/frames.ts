import type { Engine } from './engine.ts';
import type { Picture } from './pixels.ts';
import type { Sighting } from './sighting.ts';

export interface FrameOptions {
  /** Every sighting of a QR code, many times a second. */
  onSighting(sighting: Sighting): void;
  /** No frame has come for {@link STALL_MS}: a tablet that slept, a camera that hangs. */
  onStall(): void;
}

const STALL_MS = 5_000;
/** Second opinions are asked for at most this often, and take a third of the time at most: a code that is easy to read comes first. */
const LOOK_EVERY_MS = 150;
const REST_AFTER_LOOK = 2;
/** With nothing in view for this long, the device rests between frames for as long as one takes: a tablet stands there all day. */
const IDLE_MS = 20_000;

/**
 * Reads the frames of a playing video until told to stop: always the newest, one at a time, so that a slow device reads fewer
 * of them and not older ones.
 * @returns stops
 */
export function watchFrames(
  video: HTMLVideoElement,
  engine: Engine,
  { onSighting, onStall }: FrameOptions,
): () => void {
  let watching = true;
  let cancel = () => {};
  let lookAt = 0;
  let sightedAt = performance.now();

  const waitForNext = () => {
    if (!watching) return;
    const stall = setTimeout(() => watching && !document.hidden && onStall(), STALL_MS);
    const stopWaiting = onNextFrame(video, () => {
      clearTimeout(stall);
      void see();
    });
    cancel = () => {
      clearTimeout(stall);
      stopWaiting();
    };
  };
  const rest = (ms: number) => {
    const timer = setTimeout(waitForNext, ms);
    cancel = () => clearTimeout(timer);
  };
  const see = async () => {
    if (!watching) return;
    const picture = await grab(video);
    if (!watching) return picture?.close();
    if (!picture) return waitForNext();
    const started = performance.now();
    const patience = started >= lookAt ? 'look' : 'glance';
    const sighting = await engine.read(picture, patience);
    const ended = performance.now();
    const took = ended - started;
    if (patience === 'look') lookAt = ended + Math.max(LOOK_EVERY_MS, took * REST_AFTER_LOOK);
    if (!watching) return;
    if (sighting) sightedAt = ended;
    // Before the listener is told: an error of its own must not end the loop.
    if (ended - sightedAt > IDLE_MS) rest(took);
    else waitForNext();
    if (sighting) onSighting(sighting);
  };

  waitForNext();
  return () => {
    watching = false;
    cancel();
  };
}

function onNextFrame(video: HTMLVideoElement, call: () => void): () => void {
  if (typeof video.requestVideoFrameCallback === 'function') {
    const handle = video.requestVideoFrameCallback(call);
    return () => video.cancelVideoFrameCallback(handle);
  }
  // Screens draw more often than cameras do, and go on when a camera stands still.
  const before = video.currentTime;
  let handle = 0;
  const ask = () => {
    handle = requestAnimationFrame(() => (video.currentTime === before ? ask() : call()));
  };
  ask();
  return () => cancelAnimationFrame(handle);
}

/** @returns null while there is no picture yet */
async function grab(video: HTMLVideoElement): Promise<Picture | null> {
  if (video.readyState < video.HAVE_CURRENT_DATA || video.videoWidth === 0) return null;
  try {
    if (typeof VideoFrame !== 'undefined') {
      const frame = new VideoFrame(video);
      if (!(frame as VideoFrame & { rotation?: number }).rotation) return frame;
      // Its plane lies as the sensor does; drawn, it stands as the video does.
      frame.close();
    }
  } catch {
    // Such as a browser whose VideoFrame takes no video element.
  }
  return createImageBitmap(video).catch(() => null);
}
