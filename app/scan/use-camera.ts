'use client';

import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import {
  type Camera,
  type CameraDevice,
  CameraError,
  type CameraProblem,
  listCameras,
  openCamera,
} from './scanner/camera.ts';
import { type Engine, startEngine } from './scanner/engine.ts';
import { watchFrames } from './scanner/frames.ts';
import type { Sighting } from './scanner/sighting.ts';

/** The choice of camera, and each one's zoom, are remembered on this tablet. Some browsers give cameras new ids each time. */
const CHOICE = 'console.camera';
const CHOICE_LABEL = 'console.camera.label';
const zoomOf = ({ label }: Camera) => `console.camera.zoom.${label}`;

/** A camera that opens at all is open by then; some never answer, and some people miss the browser's question. */
const SLOW_MS = 8_000;

let engine: Engine | null = null;
/** One engine a page, kept for the next visit of it. */
export function getEngine(): Engine {
  engine ??= startEngine({
    startWorker: () => new Worker(new URL('./scanner/engine.worker.ts', import.meta.url), { type: 'module' }),
    wasmUrl: new URL('zxing-wasm/reader/zxing_reader.wasm', import.meta.url).href,
  });
  return engine;
}

/** The camera in a video element: open while the page is seen, closed while it is hidden, told when it can't be. */
export function useCamera(video: RefObject<HTMLVideoElement | null>, onSighting: (sighting: Sighting) => void) {
  const [camera, setCamera] = useState<Camera | null>(null);
  const [devices, setDevices] = useState<CameraDevice[]>([]);
  const [problem, setProblem] = useState<CameraProblem | 'slow' | null>(null);
  // Counts the wishes to open anew: another camera, a second try, the page seen again.
  const [wish, setWish] = useState(0);
  const report = useRef(onSighting);
  report.current = onSighting;
  // The last start: many devices open one camera at a time.
  const starting = useRef<Promise<unknown>>(Promise.resolve());

  const reopen = useCallback(() => setWish((n) => n + 1), []);
  /** @param device undefined: whichever the browser prefers */
  const choose = useCallback(
    (device: CameraDevice | undefined) => {
      remember(device);
      reopen();
    },
    [reopen],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `wish` says: open anew
  useEffect(() => {
    if (document.hidden) return;
    const wanted = new AbortController();
    let opened: Camera | null = null;
    let stop = () => {};
    const slow = setTimeout(() => setProblem((before) => before ?? 'slow'), SLOW_MS);
    // The readers load while the camera starts.
    const engine = getEngine();

    async function start() {
      const element = video.current;
      if (!element || wanted.signal.aborted) return;
      try {
        opened = await openCamera(element, {
          deviceId: localStorage.getItem(CHOICE) ?? undefined,
          signal: wanted.signal,
          onLost: () => fail('missing'),
        });
        await restoreZoom(opened);
        if (wanted.signal.aborted) return;
        clearTimeout(slow);
        setCamera(opened);
        setProblem(null);
        stop = watchFrames(element, engine, { onSighting: (sighting) => report.current(sighting), onStall: reopen });
      } catch (error) {
        fail(error instanceof CameraError ? error.problem : 'failed');
      }
      // There may be another one to choose, also where this one failed.
      if (wanted.signal.aborted) return;
      const found = await listCameras();
      if (wanted.signal.aborted) return;
      setDevices(found);
      const renamed = findRenamed(found);
      if (renamed && renamed.id !== opened?.deviceId) choose(renamed);
    }
    function fail(why: CameraProblem) {
      if (wanted.signal.aborted) return;
      clearTimeout(slow);
      stop();
      setCamera(null);
      setProblem(why);
    }

    const before = Promise.race([starting.current, new Promise((resolve) => setTimeout(resolve, SLOW_MS))]);
    starting.current = before.then(start);
    return () => {
      wanted.abort();
      clearTimeout(slow);
      stop();
      opened?.close();
      setCamera(null);
    };
  }, [wish, video, reopen, choose]);

  useEffect(() => {
    // Hidden: the effect above runs anew, closes the camera and leaves it closed. Seen again: open.
    document.addEventListener('visibilitychange', reopen);
    return () => document.removeEventListener('visibilitychange', reopen);
  }, [reopen]);

  useEffect(() => {
    // Plugged in: open where there was none; a camera that works is left alone.
    const changed = () => (problem ? reopen() : void listCameras().then(setDevices));
    navigator.mediaDevices?.addEventListener('devicechange', changed);
    return () => navigator.mediaDevices?.removeEventListener('devicechange', changed);
  }, [problem, reopen]);

  return { camera, devices, problem, choose, reopen };
}

function remember(device: CameraDevice | undefined): void {
  localStorage.removeItem(CHOICE);
  localStorage.removeItem(CHOICE_LABEL);
  if (!device) return;
  localStorage.setItem(CHOICE, device.id);
  localStorage.setItem(CHOICE_LABEL, device.label);
}

/** The chosen camera, where it has another id than when it was chosen. */
function findRenamed(devices: CameraDevice[]): CameraDevice | undefined {
  if (devices.some(({ id }) => id === localStorage.getItem(CHOICE))) return undefined;
  return devices.find(({ label }) => label === localStorage.getItem(CHOICE_LABEL));
}

/** Zooms, and remembers it. Not every camera does what it says it can. */
export function setZoom(camera: Camera, value: number): void {
  camera.zoom?.set(value).then(
    () => localStorage.setItem(zoomOf(camera), String(value)),
    () => undefined,
  );
}

async function restoreZoom(camera: Camera): Promise<void> {
  const { zoom } = camera;
  const value = Number(localStorage.getItem(zoomOf(camera)));
  if (!zoom || !value || value < zoom.min || value > zoom.max) return;
  await zoom.set(value).then(
    () => {
      zoom.now = value;
    },
    () => undefined,
  );
}
