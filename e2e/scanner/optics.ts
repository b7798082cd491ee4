/** What a lens, a hand and a sensor do to a picture. Pictures are linear in light, 0 to 255, one plane, changed in place. */
import type { Random } from './random.ts';

export interface Plane {
  data: Float32Array;
  width: number;
  height: number;
}

/** Out of focus, or the softness that every lens has. @param sigma px */
export function blur(plane: Plane, sigma: number): void {
  const radius = Math.ceil(sigma * 2.5);
  const kernel = Float32Array.from({ length: 2 * radius + 1 }, (_, n) =>
    Math.exp(-((n - radius) ** 2) / (2 * sigma ** 2)),
  );
  const whole = kernel.reduce((sum, part) => sum + part, 0);
  for (let n = 0; n < kernel.length; n += 1) kernel[n] = (kernel[n] ?? 0) / whole;
  const { width, height } = plane;
  smear(plane.data, kernel, { length: width, step: 1, lines: height, stride: width });
  smear(plane.data, kernel, { length: height, step: width, lines: width, stride: 1 });
}

interface Lines {
  length: number;
  step: number;
  lines: number;
  stride: number;
}

function smear(data: Float32Array, kernel: Float32Array, { length, step, lines, stride }: Lines): void {
  const radius = (kernel.length - 1) / 2;
  const line = new Float32Array(length + 2 * radius);
  for (let n = 0; n < lines; n += 1) {
    const start = n * stride;
    for (let at = 0; at < line.length; at += 1) {
      line[at] = data[start + Math.min(length - 1, Math.max(0, at - radius)) * step] ?? 0;
    }
    for (let at = 0; at < length; at += 1) {
      let sum = 0;
      for (let part = 0; part < kernel.length; part += 1) sum += (line[at + part] ?? 0) * (kernel[part] ?? 0);
      data[start + at * step] = sum;
    }
  }
}

/** Moved while the shutter was open. @param length px @param angle radians */
export function shake(plane: Plane, length: number, angle: number): void {
  const { data, width, height } = plane;
  const source = data.slice();
  const steps = Math.max(2, Math.round(length));
  const offsets = Array.from({ length: steps }, (_, n) => {
    const along = (n / (steps - 1) - 0.5) * length;
    return [Math.round(Math.cos(angle) * along), Math.round(Math.sin(angle) * along)] as const;
  });
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      for (const [dx, dy] of offsets) {
        const sx = Math.min(width - 1, Math.max(0, x + dx));
        const sy = Math.min(height - 1, Math.max(0, y + dy));
        sum += source[sy * width + sx] ?? 0;
      }
      data[y * width + x] = sum / steps;
    }
  }
}

/** Light that falls on top: a lamp mirrored in the glass. @param radius px */
export function glare(plane: Plane, x: number, y: number, radius: number, strength: number): void {
  each(plane, (px, py, value) => {
    const distance = ((px - x) ** 2 + (py - y) ** 2) / radius ** 2;
    return distance > 9 ? value : value + strength * Math.exp(-distance);
  });
}

/** Light that is missing: beyond a soft edge through (x, y) everything is darker. @param softness px */
export function shadow(plane: Plane, x: number, y: number, angle: number, depth: number, softness: number): void {
  const [nx, ny] = [Math.cos(angle), Math.sin(angle)];
  each(plane, (px, py, value) => {
    const into = ((px - x) * nx + (py - y) * ny) / softness;
    return value * (1 - depth / (1 + Math.exp(-into)));
  });
}

/** A screen's grid of points against the sensor's. @param period px of the beat */
export function moire(plane: Plane, period: number, angle: number, depth: number): void {
  const [nx, ny] = [(Math.cos(angle) * 2 * Math.PI) / period, (Math.sin(angle) * 2 * Math.PI) / period];
  each(
    plane,
    (px, py, value) =>
      value * (1 - depth * (0.5 + 0.25 * Math.sin(px * nx + py * ny) + 0.25 * Math.sin(py * nx - px * ny))),
  );
}

/** The sensor: exposure, contrast, shot and read noise. */
export function expose(plane: Plane, random: Random, options: { gain: number; lift: number; noise: number }): void {
  each(plane, (_x, _y, value) => {
    const light = value * options.gain + options.lift;
    return light + random.normal() * options.noise * Math.sqrt(0.25 + Math.max(0, light) / 255);
  });
}

/** As a sensor gives it. */
export function toBytes({ data }: Plane): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint8ClampedArray.from(data).buffer);
}

function each(plane: Plane, change: (x: number, y: number, value: number) => number): void {
  const { data, width, height } = plane;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = y * width + x;
      data[at] = change(x, y, data[at] ?? 0);
    }
  }
}
