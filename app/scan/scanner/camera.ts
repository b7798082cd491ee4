import type { Decoder } from './decoder.ts';

/**
 * Why there is no picture. `insecure`: browsers give cameras to HTTPS and localhost only. `denied`: no permission.
 * `missing`: no camera, or unplugged. `busy`: another program holds it. `failed`: anything else.
 */
export type CameraProblem = 'insecure' | 'denied' | 'missing' | 'busy' | 'failed';

export class CameraError extends Error {
  override readonly name = 'CameraError';
  readonly problem: CameraProblem;

  constructor(problem: CameraProblem) {
    super(problem);
    this.problem = problem;
  }
}

export interface CameraDevice {
  id: string;
  label: string;
}

export interface Camera {
  deviceId: string | undefined;
  /** Present where the camera has a light. */
  setTorch: ((on: boolean) => Promise<void>) | null;
  /** Present where the camera zooms. */
  zoom: { min: number; max: number; step: number; set(value: number): Promise<void> } | null;
  /** Stops the loop, the stream and the light; may be called twice. */
  close(): void;
}

export interface CameraOptions {
  /** The camera chosen before; a camera that is gone falls back to the rear one. */
  deviceId?: string | undefined;
  /** Every sighting of a QR code, many times a second. */
  onText(text: string): void;
  /** The camera went away after it was open. */
  onLost(): void;
}

/** Between two looks; with a look of about 40 ms this leaves the page time for everything else. */
const PAUSE_MS = 50;

/**
 * Opens a camera, shows it in `video` and reports each QR code in view until `close`.
 * The loop is ours and not @zxing/browser's, whose canvas keeps its first size when a tablet is turned, and which ends
 * at any error of a callback.
 * @throws CameraError
 */
export async function openCamera(video: HTMLVideoElement, decoder: Decoder, options: CameraOptions): Promise<Camera> {
  const stream = await getStream(options.deviceId);
  const [track] = stream.getVideoTracks();
  if (!track) throw new CameraError('missing');
  let open = true;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const close = () => {
    open = false;
    clearTimeout(timer);
    for (const each of stream.getTracks()) each.stop();
    if (video.srcObject === stream) video.srcObject = null;
  };
  track.addEventListener('ended', () => {
    if (!open) return;
    close();
    options.onLost();
  });
  try {
    video.srcObject = stream;
    video.muted = true;
    video.playsInline = true;
    await video.play();
  } catch (error) {
    // Taken off the page while it started: nobody waits for the picture any more.
    close();
    throw error instanceof DOMException && error.name === 'AbortError' ? new CameraError('failed') : toError(error);
  }

  const look = () => {
    if (!open) return;
    if (video.readyState >= video.HAVE_CURRENT_DATA && video.videoWidth > 0) {
      const text = decoder.read(video, 'frame');
      if (text !== null) options.onText(text);
    }
    timer = setTimeout(look, PAUSE_MS);
  };
  look();

  const can = (track.getCapabilities?.() ?? {}) as MediaTrackCapabilities & {
    torch?: boolean;
    zoom?: { min: number; max: number; step: number };
  };
  const apply = (constraint: object) => track.applyConstraints({ advanced: [constraint] });
  return {
    deviceId: track.getSettings().deviceId,
    setTorch: can.torch ? (on) => apply({ torch: on }) : null,
    zoom: can.zoom ? { ...can.zoom, set: (value) => apply({ zoom: value }) } : null,
    close,
  };
}

/** The cameras; their labels are known only once one was allowed. */
export async function listCameras(): Promise<CameraDevice[]> {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return devices
    .filter((device) => device.kind === 'videoinput')
    .map((device, at) => ({ id: device.deviceId, label: device.label || `摄像头 ${at + 1}` }));
}

async function getStream(deviceId: string | undefined): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('insecure');
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  try {
    const chosen = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: 'environment' } };
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...chosen } });
  } catch (error) {
    const gone = error instanceof DOMException && ['OverconstrainedError', 'NotFoundError'].includes(error.name);
    if (deviceId && gone) return getStream(undefined);
    throw toError(error);
  }
}

function toError(error: unknown): CameraError {
  switch (error instanceof DOMException || error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return new CameraError('denied');
    case 'NotFoundError':
    case 'OverconstrainedError':
      return new CameraError('missing');
    case 'NotReadableError':
    case 'AbortError':
      return new CameraError('busy');
    default:
      return new CameraError('failed');
  }
}
