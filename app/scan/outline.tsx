'use client';

import { type RefObject, useImperativeHandle, useRef } from 'react';
import styles from './camera-view.module.css';
import type { Sighting } from './scanner/sighting.ts';

export interface OutlineHandle {
  show(sighting: Sighting): void;
}

/** Without a new sighting the outline goes. */
const STAYS_MS = 400;

/** Draws a line round the code that was read. Many times a second, so past React. */
export function Outline({
  video,
  ref,
}: {
  video: RefObject<HTMLVideoElement | null>;
  ref: RefObject<OutlineHandle | null>;
}) {
  const drawing = useRef<SVGSVGElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useImperativeHandle(ref, () => ({
    show({ corners }) {
      const [svg, size] = [drawing.current, video.current];
      const shape = svg?.firstElementChild;
      if (!svg || !size || !shape) return;
      clearTimeout(timer.current);
      svg.setAttribute('viewBox', `0 0 ${size.videoWidth} ${size.videoHeight}`);
      const points = corners?.map(({ x, y }) => `${x * size.videoWidth},${y * size.videoHeight}`) ?? [];
      shape.setAttribute('points', points.join(' '));
      timer.current = setTimeout(() => shape.setAttribute('points', ''), STAYS_MS);
    },
  }));
  // The video fills its box and is cut off at the sides: so is this.
  return (
    <svg ref={drawing} className={styles.outline} preserveAspectRatio="xMidYMid slice" aria-hidden="true">
      <polygon />
    </svg>
  );
}
