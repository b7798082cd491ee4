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
  /** Stops the stream and with it the light; may be called twice. */
  close(): void;
}

export interface CameraOptions {
  /** The camera chosen before; a camera that is gone falls back to the rear one. */
  deviceId?: string | undefined;
  /** The camera went away after it was open. */
  onLost(): void;
}

/**
 * Opens a camera and shows it in `video` until `close`.
 *
 * The stream is asked for here, and not by @zxing/browser's reader: that one asks for no resolution, and a page that is left
 * while it starts keeps the camera on. Light and devices are its business; it is not waited for.
 * @throws CameraError
 */
export async function openCamera(video: HTMLVideoElement, options: CameraOptions): Promise<Camera> {
  const stream = await getStream(options.deviceId);
  const [track] = stream.getVideoTracks();
  if (!track) throw new CameraError('missing');
  let open = true;

  const close = () => {
    open = false;
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

  const can = (track.getCapabilities?.() ?? {}) as MediaTrackCapabilities & {
    torch?: boolean;
    zoom?: { min: number; max: number; step: number };
    focusMode?: string[];
  };
  const apply = (constraint: object) => track.applyConstraints({ advanced: [constraint] });
  if (can.focusMode?.includes('continuous')) apply({ focusMode: 'continuous' }).catch(() => undefined);
  return {
    deviceId: track.getSettings().deviceId,
    setTorch: can.torch ? async (on) => (await loadReader()).mediaStreamSetTorch(track, on) : null,
    zoom: can.zoom ? { ...can.zoom, set: (value) => apply({ zoom: value }) } : null,
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
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('insecure');
  // Small and far codes need the pixels; a weak device would need them elsewhere.
  const [width, height] = navigator.hardwareConcurrency > 4 ? [1920, 1080] : [1280, 720];
  const size = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: 30 } };
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
