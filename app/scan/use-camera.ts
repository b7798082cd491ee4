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
import { type Decoder, loadDecoder } from './scanner/decoder.ts';

/** The choice of camera is remembered on this tablet. */
const CHOICE = 'console.camera';

let loading: Promise<Decoder> | null = null;
/** One decoder a page; a failed load may be tried again. */
export function getDecoder(): Promise<Decoder> {
  loading ??= loadDecoder().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** The camera in a video element: open while the page is seen, closed while it is hidden, told when it can't be. */
export function useCamera(video: RefObject<HTMLVideoElement | null>, onText: (text: string) => void) {
  const [camera, setCamera] = useState<Camera | null>(null);
  const [devices, setDevices] = useState<CameraDevice[]>([]);
  const [problem, setProblem] = useState<CameraProblem | null>(null);
  // Counts the wishes to open anew: another camera, a second try, the page seen again.
  const [wish, setWish] = useState(0);
  const report = useRef(onText);
  report.current = onText;

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

    async function start() {
      const element = video.current;
      if (!element) return;
      try {
        const camera = await openCamera(element, await getDecoder(), {
          deviceId: localStorage.getItem(CHOICE) ?? undefined,
          onText: (text) => report.current(text),
          onLost: () => fail('missing'),
        });
        if (!wanted) return camera.close();
        opened = camera;
        setCamera(camera);
        setProblem(null);
        setDevices(await listCameras());
      } catch (error) {
        fail(error instanceof CameraError ? error.problem : 'failed');
      }
    }
    function fail(why: CameraProblem) {
      if (!wanted) return;
      setCamera(null);
      setProblem(why);
    }

    void start();
    return () => {
      wanted = false;
      opened?.close();
      setCamera(null);
    };
  }, [wish, video]);

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
