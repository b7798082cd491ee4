/** The page of `camera.bench.ts`: one scanner at a time in a page with the camera's picture, measured from within. */
import { BrowserQRCodeReader } from '@zxing/browser';
import { Html5Qrcode } from 'html5-qrcode';
import { openCamera } from '../../app/scan/scanner/camera.ts';
import { startEngine } from '../../app/scan/scanner/engine.ts';
import { watchFrames } from '../../app/scan/scanner/frames.ts';
import { makeGate } from '../../app/scan/scanner/gate.ts';

type Start = (onText: () => void) => Promise<HTMLVideoElement>;

/** The film's card is white here while the code is in view, and the desk grey. In parts of the frame. */
const CARD = { x: 0.5, y: 0.125 };

async function openVideo(): Promise<HTMLVideoElement> {
  const video = document.body.appendChild(document.createElement('video'));
  await openCamera(video, { onLost: () => {} });
  return video;
}

const zxing =
  (delays?: object): Start =>
  async (onText) => {
    const video = await openVideo();
    await new BrowserQRCodeReader(undefined, delays).decodeFromVideoElement(video, (result) => result && onText());
    return video;
  };

const scanners: Record<string, Start> = {
  nothing: openVideo,
  async ours(onText) {
    const engine = startEngine({
      startWorker: () => new Worker('/worker.js', { type: 'module' }),
      wasmUrl: '/zxing_reader.wasm',
    });
    const video = await openVideo();
    const gate = makeGate();
    const onSighting = ({ text }: { text: string }) => gate.sees(text, performance.now()) && onText();
    watchFrames(video, engine, { onSighting, onStall: () => {} });
    return video;
  },
  '@zxing/browser': zxing(),
  '@zxing/browser, no delays': zxing({ delayBetweenScanAttempts: 0, delayBetweenScanSuccess: 0 }),
  async 'html5-qrcode'(onText) {
    document.body.appendChild(document.createElement('div')).id = 'reader';
    await new Html5Qrcode('reader').start({ facingMode: 'environment' }, undefined, onText, () => {});
    return document.querySelector('#reader video') as HTMLVideoElement;
  },
};

/** Waits for the code `times` times. @returns ms from the first frame that shows it to the scanner's event, each time */
async function measure(name: string, times: number): Promise<number[]> {
  const took: number[] = [];
  let came = 0;
  return new Promise((resolve) => {
    const onText = () => {
      if (!came) return;
      took.push(performance.now() - came);
      came = 0;
      // What was there before the scanner had loaded is no measure of it.
      if (took.length > times) resolve(took.slice(1));
    };
    void scanners[name]?.(onText).then((video) => {
      const canvas = new OffscreenCanvas(1, 1);
      const context = canvas.getContext('2d', { willReadFrequently: true });
      let before = true;
      const look = () => {
        const [x, y] = [video.videoWidth * CARD.x, video.videoHeight * CARD.y];
        context?.drawImage(video, x, y, 1, 1, 0, 0, 1, 1);
        const white = (context?.getImageData(0, 0, 1, 1).data[0] ?? 0) > 190;
        if (white && !before) came = performance.now();
        if (!white) came = 0;
        before = white;
        video.requestVideoFrameCallback(look);
      };
      video.requestVideoFrameCallback(look);
    });
  });
}

/** Scans an empty desk. @returns tasks of more than 50 ms that held up the page, and their time together */
async function idle(name: string, seconds: number): Promise<{ tasks: number; ms: number }> {
  await scanners[name]?.(() => {});
  // Starting is not scanning.
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const held = { tasks: 0, ms: 0 };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      held.tasks += 1;
      held.ms += duration;
    }
  }).observe({ entryTypes: ['longtask'] });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return held;
}

Object.assign(window, { measure, idle });
