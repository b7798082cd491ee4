import type { Plane } from './optics.ts';

/** How a card lies before the camera. Lengths are parts of the frame's height. */
export interface Pose {
  size: number;
  /** Turned in its plane, and tilted out of it about two axes; radians. */
  turn: number;
  tilt: [number, number];
  /** How dark and bright the code and the card are, 0 to 255. */
  ink: number;
  paper: number;
  /** What surrounds the code: a phone's dark edge, or a sheet. */
  edge: number;
  quiet: number;
  logo: number;
  invert: boolean;
}

/** Lays a card with the code on the desk, in perspective, each pixel the mean of `side` × `side` points. */
export function lay(plane: Plane, modules: boolean[][], middle: [x: number, y: number], pose: Pose, side = 3): void {
  const { width, height } = plane;
  const size = modules.length;
  const half = (pose.size * height) / 2;
  const toCard = facing(pose, half, middle, height);
  const reach = Math.ceil(half * 2.4);
  const light = (u: number, v: number): number | null => {
    // u and v go from 0 to 1 over the code.
    const [column, row] = [u * size, v * size];
    const out = Math.max(-column, column - size, -row, row - size);
    if (out > pose.quiet + 5) return null;
    if (out > pose.quiet) return pose.edge;
    let dark = out < 0 && Boolean(modules[Math.floor(row)]?.[Math.floor(column)]);
    if (Math.max(Math.abs(u - 0.5), Math.abs(v - 0.5)) < pose.logo / 2)
      dark = Math.hypot(u - 0.5, v - 0.5) < pose.logo / 2.6;
    return dark !== pose.invert ? pose.ink : pose.paper;
  };
  for (let y = Math.max(0, Math.floor(middle[1] - reach)); y < Math.min(height, middle[1] + reach); y += 1) {
    for (let x = Math.max(0, Math.floor(middle[0] - reach)); x < Math.min(width, middle[0] + reach); x += 1) {
      const at = y * width + x;
      let sum = 0;
      for (let part = 0; part < side * side; part += 1) {
        const [u, v] = toCard(x + ((part % side) + 0.5) / side, y + (Math.floor(part / side) + 0.5) / side);
        sum += light(u, v) ?? plane.data[at] ?? 0;
      }
      plane.data[at] = sum / (side * side);
    }
  }
}

/** From a pixel to the code's own coordinates, by a pinhole camera whose picture is as far as the frame is high and a half. */
function facing(pose: Pose, half: number, [mx, my]: [number, number], height: number) {
  const far = height * 1.5;
  const [ca, sa, cb, sb] = [
    Math.cos(pose.tilt[0]),
    Math.sin(pose.tilt[0]),
    Math.cos(pose.tilt[1]),
    Math.sin(pose.tilt[1]),
  ];
  const [ct, st] = [Math.cos(pose.turn), Math.sin(pose.turn)];
  // The card's two axes in space: turned in its plane, tilted about x, then about y.
  const axis = (x: number, y: number) => {
    const [rx, ry] = [x * ct - y * st, x * st + y * ct];
    const [ty, tz] = [ry * ca, ry * sa];
    return [rx * cb + tz * sb, ty, tz * cb - rx * sb] as const;
  };
  const [a, b] = [axis(half, 0), axis(0, half)];
  return (px: number, py: number): [number, number] => {
    // (X, Y, far) + s·a + t·b = k·(px - mx, py - my, far), solved for s and t.
    const [dx, dy] = [px - mx, py - my];
    const [m11, m12, m21, m22] = [
      far * a[0] - dx * a[2],
      far * b[0] - dx * b[2],
      far * a[1] - dy * a[2],
      far * b[1] - dy * b[2],
    ];
    const det = m11 * m22 - m12 * m21;
    const s = (far * dx * m22 - far * dy * m12) / det;
    const t = (far * dy * m11 - far * dx * m21) / det;
    // Behind the camera there is no card.
    if (far + s * a[2] + t * b[2] <= 0) return [-9, -9];
    return [(s + 1) / 2, (t + 1) / 2];
  };
}
