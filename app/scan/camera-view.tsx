'use client';

import { useRef, useState, useSyncExternalStore } from 'react';
import styles from './camera-view.module.css';
import { Outline, type OutlineHandle } from './outline.tsx';
import type { CameraProblem } from './scanner/camera.ts';
import type { EngineState } from './scanner/engine.ts';
import { getEngine, setZoom, useCamera } from './use-camera.ts';

/** What is wrong with the camera, and what to do about it. */
const PROBLEMS: Record<CameraProblem | 'slow', { title: string; help: string }> = {
  insecure: {
    title: '当前网址不能使用摄像头',
    help: '浏览器只允许 HTTPS 网址使用摄像头,请用 https:// 开头的地址打开本页。',
  },
  unsupported: { title: '此浏览器不能使用摄像头', help: '请改用新版的 Chrome、Edge 或 Safari 打开本页。' },
  slow: {
    title: '摄像头还没有打开',
    help: '浏览器询问是否允许使用摄像头时,请点“允许”;没有询问时,请点“重试”。',
  },
  denied: { title: '没有摄像头权限', help: '请点击地址栏左侧的图标,把“摄像头”设为允许,然后点“重试”。' },
  missing: { title: '没有找到摄像头', help: '请检查摄像头是否已连接,然后点“重试”。' },
  busy: { title: '摄像头被占用', help: '请关闭正在使用摄像头的其他程序或网页,然后点“重试”。' },
  failed: { title: '摄像头打不开', help: '请点“重试”;仍打不开时,重新打开浏览器。' },
};

const HINTS: Record<EngineState, string> = {
  starting: '正在准备识别…',
  ready: '请将电子健康码对准取景框',
  blind: '识别组件没有加载成功,正在重试;扫码枪和手工输入仍可使用',
};

/** How the readers are. */
function useReading(): EngineState {
  return useSyncExternalStore(
    (changed) => getEngine().subscribe(changed),
    () => getEngine().state,
    () => 'starting',
  );
}

/** The preview, its frame, and torch, zoom and choice of camera where there are any. */
export function CameraView({ onText }: { onText: (text: string) => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const outline = useRef<OutlineHandle>(null);
  const { camera, devices, problem, choose, reopen } = useCamera(video, (sighting) => {
    outline.current?.show(sighting);
    onText(sighting.text);
  });
  const reading = useReading();
  return (
    <section className={styles.view} aria-label="摄像头">
      <video ref={video} className={styles.video} muted playsInline />
      {camera && <div className={styles.frame} aria-hidden="true" />}
      <Outline video={video} ref={outline} />
      {problem ? (
        <div className={styles.problem} role="alert">
          <strong>{PROBLEMS[problem].title}</strong>
          <p>{PROBLEMS[problem].help}</p>
          <p>扫码枪、手工输入和图片识别仍可使用。</p>
          <button type="button" onClick={reopen}>
            重试
          </button>
        </div>
      ) : (
        <p className={styles.hint} role="status">
          {camera ? HINTS[reading] : '正在打开摄像头…'}
        </p>
      )}
      <div className={styles.tools}>
        {(devices.length > 1 || (problem && devices.length > 0)) && (
          <select
            aria-label="选择摄像头"
            value={camera?.deviceId ?? ''}
            onChange={(event) => {
              choose(devices.find(({ id }) => id === event.target.value));
              event.target.blur();
            }}
          >
            <option value="">自动选择摄像头</option>
            {devices.map((device) => (
              <option key={device.id} value={device.id}>
                {device.label}
              </option>
            ))}
          </select>
        )}
        {camera?.setTorch && <Torch key={`torch ${camera.deviceId}`} setTorch={camera.setTorch} />}
        {camera?.zoom && (
          <input
            key={`zoom ${camera.deviceId}`}
            type="range"
            aria-label="缩放"
            min={camera.zoom.min}
            max={camera.zoom.max}
            step={camera.zoom.step}
            defaultValue={camera.zoom.now}
            onChange={(event) => setZoom(camera, Number(event.target.value))}
          />
        )}
      </div>
    </section>
  );
}

function Torch({ setTorch }: { setTorch: (on: boolean) => Promise<void> }) {
  const [on, setOn] = useState(false);
  return (
    <button
      type="button"
      // A light that fails, or is overheated, stays as it is.
      onClick={() =>
        setTorch(!on).then(
          () => setOn(!on),
          () => undefined,
        )
      }
    >
      {on ? '关闭补光' : '打开补光'}
    </button>
  );
}
