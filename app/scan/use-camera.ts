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

/** The choice of camera is remembered on this tablet. */
const CHOICE = 'console.camera';

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
  const [problem, setProblem] = useState<CameraProblem | null>(null);
  // Counts the wishes to open anew: another camera, a second try, the page seen again.
  const [wish, setWish] = useState(0);
  const report = useRef(onSighting);
  report.current = onSighting;

  const reopen = useCallback(() => setWish((n) => n + 1), []);
  const choose = useCallback(
    (deviceId: string) => {
      localStorage.setItem(CHOICE, deviceId);
      reopen();
    },
    [reopen],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: `wish` says: open anew
  useEffect(() => {
    if (document.hidden) return;
    let wanted = true;
    let opened: Camera | null = null;
    let stop = () => {};
    // The readers load while the camera starts.
    const engine = getEngine();

    async function start() {
      const element = video.current;
      if (!element) return;
      try {
        const camera = await openCamera(element, {
          deviceId: localStorage.getItem(CHOICE) ?? undefined,
          onLost: () => fail('missing'),
        });
        if (!wanted) return camera.close();
        opened = camera;
        setCamera(camera);
        setProblem(null);
        stop = watchFrames(element, engine, { onSighting: (sighting) => report.current(sighting), onStall: reopen });
        setDevices(await listCameras());
      } catch (error) {
        fail(error instanceof CameraError ? error.problem : 'failed');
      }
    }
    function fail(why: CameraProblem) {
      if (!wanted) return;
      stop();
      setCamera(null);
      setProblem(why);
    }

    void start();
    return () => {
      wanted = false;
      stop();
      opened?.close();
      setCamera(null);
    };
  }, [wish, video, reopen]);

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
