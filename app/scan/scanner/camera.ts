/**
 * Why there is no picture. `insecure`: browsers give cameras to HTTPS and localhost only. `unsupported`: this browser gives
 * none at all. `denied`: no permission. `missing`: no camera, or unplugged. `busy`: another program holds it. `failed`:
 * anything else.
 */
export type CameraProblem = 'insecure' | 'unsupported' | 'denied' | 'missing' | 'busy' | 'failed';

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
  label: string;
  /** Present where the camera has a light. */
  setTorch: ((on: boolean) => Promise<void>) | null;
  /** Present where the camera zooms; `now` is where it stands at first. */
  zoom: { min: number; max: number; step: number; now: number; set(value: number): Promise<void> } | null;
  /** Stops the stream and with it the light; may be called twice. */
  close(): void;
}

export interface CameraOptions {
  /** The camera chosen before; one that is gone or held by others falls back to the rear one. */
  deviceId?: string | undefined;
  /** Aborted: nobody waits for the camera any more. */
  signal?: AbortSignal;
  /** The camera went away after it was open. */
  onLost(): void;
}

/**
 * Opens a camera and shows it in `video` until `close`.
 *
 * The stream is asked for here, and not by @zxing/browser's reader: that one asks for no resolution, and a page that is left
 * while it starts keeps the camera on. Light and devices are its business; it is not waited for.
 * @throws CameraError; what `signal` was aborted for
 */
export async function openCamera(video: HTMLVideoElement, options: CameraOptions): Promise<Camera> {
  const { signal } = options;
  signal?.throwIfAborted();
  const stream = await getStream(options.deviceId);
  const [track] = stream.getVideoTracks();
  let open = true;

  const close = () => {
    open = false;
    signal?.removeEventListener('abort', close);
    for (const each of stream.getTracks()) each.stop();
    if (video.srcObject === stream) video.srcObject = null;
  };
  if (signal?.aborted) close();
  signal?.throwIfAborted();
  signal?.addEventListener('abort', close);
  if (!track) throw new CameraError('missing');
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

  const can = (track.getCapabilities?.() ?? {}) as MediaTrackCapabilities & {
    torch?: boolean;
    zoom?: { min: number; max: number; step: number };
    focusMode?: string[];
  };
  // Each call replaces what was asked for before, so all wishes are said each time.
  const wishes: { focusMode?: string; torch?: boolean; zoom?: number } = {};
  const wish = (more: typeof wishes) => track.applyConstraints({ advanced: [Object.assign(wishes, more) as object] });
  if (can.focusMode?.includes('continuous')) wish({ focusMode: 'continuous' }).catch(() => undefined);
  const settings = track.getSettings() as MediaTrackSettings & { zoom?: number };
  return {
    deviceId: settings.deviceId,
    label: track.label,
    setTorch: can.torch
      ? async (on) => {
          await (await loadReader()).mediaStreamSetTorch(track, on);
          wishes.torch = on;
          if (Object.keys(wishes).length > 1) await wish({});
        }
      : null,
    zoom: can.zoom ? { ...can.zoom, now: settings.zoom ?? can.zoom.min, set: (value) => wish({ zoom: value }) } : null,
    close,
  };
}

const loadReader = async () => (await import('@zxing/browser')).BrowserCodeReader;

/** The cameras, none while the line is too broken to ask; their labels are known only once one was allowed. */
export async function listCameras(): Promise<CameraDevice[]> {
  const devices = await loadReader()
    .then((reader) => reader.listVideoInputDevices())
    .catch(() => []);
  return devices.map((device, at) => ({ id: device.deviceId, label: device.label || `摄像头 ${at + 1}` }));
}

async function getStream(deviceId: string | undefined): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError(isSecureContext ? 'unsupported' : 'insecure');
  // Small and far codes need the pixels; a weak device would need them elsewhere.
  const [width, height] = navigator.hardwareConcurrency > 4 ? [1920, 1080] : [1280, 720];
  // Chromium tells of a zoom only where it was asked for.
  const size = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 }, zoom: true };
  try {
    const chosen = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: 'environment' } };
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...size, ...chosen } });
  } catch (error) {
    const told = toError(error);
    if (deviceId && ['missing', 'busy'].includes(told.problem)) return getStream(undefined);
    throw told;
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
