/** Brightness, one byte a pixel, row by row from the top left: all that reading a QR code needs of a picture. */
export interface Luma {
  data: Uint8Array<ArrayBuffer> | Uint8ClampedArray<ArrayBuffer>;
  width: number;
  height: number;
}

/** From the pixels of a canvas, by the weights of ITU-R BT.601. What is see-through is white, as on paper. */
export function fromRgba({ data, width, height }: Pick<ImageData, 'data' | 'width' | 'height'>): Luma {
  const luma = new Uint8Array(width * height);
  for (let at = 0, from = 0; at < luma.length; at += 1, from += 4) {
    const light = (306 * (data[from] ?? 0) + 601 * (data[from + 1] ?? 0) + 117 * (data[from + 2] ?? 0)) >> 10;
    const alpha = data[from + 3] ?? 255;
    luma[at] = alpha === 255 ? light : 255 + ((light - 255) * alpha) / 255;
  }
  return { data: luma, width, height };
}

/** A picture whose longer side is `longest` px at most, each pixel the mean of those that it stands for. */
export function shrink(image: Luma, longest: number): Luma {
  const scale = longest / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  const data = new Uint8Array(width * height);
  const sums = new Uint32Array(width);
  const columns = Uint32Array.from({ length: width + 1 }, (_, x) => Math.floor((x * image.width) / width));
  for (let y = 0; y < height; y += 1) {
    const top = Math.floor((y * image.height) / height);
    const bottom = Math.floor(((y + 1) * image.height) / height);
    sums.fill(0);
    for (let row = top; row < bottom; row += 1) addRow(image.data, row * image.width, columns, sums);
    for (let x = 0; x < width; x += 1) {
      const area = (bottom - top) * ((columns[x + 1] ?? 0) - (columns[x] ?? 0));
      data[y * width + x] = (sums[x] ?? 0) / area;
    }
  }
  return { data, width, height };
}

function addRow(data: Luma['data'], start: number, columns: Uint32Array, sums: Uint32Array): void {
  for (let x = 0; x < sums.length; x += 1) {
    let sum = 0;
    for (let at = columns[x] ?? 0; at < (columns[x + 1] ?? 0); at += 1) sum += data[start + at] ?? 0;
    sums[x] = (sums[x] ?? 0) + sum;
  }
}

/** A picture `factor` times as large, between its pixels by straight lines: small modules get room for their edges. */
export function enlarge(image: Luma, factor: number): Luma {
  const width = Math.round(image.width * factor);
  const height = Math.round(image.height * factor);
  const data = new Uint8Array(width * height);
  const across = places(width, image.width, factor);
  const down = places(height, image.height, factor);
  for (let y = 0; y < height; y += 1) {
    const upper = (down.low[y] ?? 0) * image.width;
    const lower = (down.high[y] ?? 0) * image.width;
    const fy = down.part[y] ?? 0;
    for (let x = 0; x < width; x += 1) {
      const left = across.low[x] ?? 0;
      const right = across.high[x] ?? 0;
      const fx = across.part[x] ?? 0;
      const a = (image.data[upper + left] ?? 0) * (1 - fx) + (image.data[upper + right] ?? 0) * fx;
      const b = (image.data[lower + left] ?? 0) * (1 - fx) + (image.data[lower + right] ?? 0) * fx;
      data[y * width + x] = a * (1 - fy) + b * fy + 0.5;
    }
  }
  return { data, width, height };
}

/** For each pixel of the larger picture, the two of the smaller that it lies between, and how far. */
function places(length: number, of: number, factor: number) {
  const low = new Uint32Array(length);
  const high = new Uint32Array(length);
  const part = new Float32Array(length);
  for (let at = 0; at < length; at += 1) {
    const place = Math.min(of - 1, Math.max(0, (at + 0.5) / factor - 0.5));
    low[at] = Math.floor(place);
    high[at] = Math.min(of - 1, Math.floor(place) + 1);
    part[at] = place - Math.floor(place);
  }
  return { low, high, part };
}

/** Unsharp masking: what differs from the mean of its (2 × radius + 1)² neighbours is made to differ more. */
export function sharpen(image: Luma, radius: number, strength: number): Luma {
  const mean = soften(soften(image, radius), radius);
  const data = new Uint8ClampedArray(image.data.length);
  for (let at = 0; at < data.length; at += 1) {
    const value = image.data[at] ?? 0;
    data[at] = value + strength * (value - (mean.data[at] ?? 0));
  }
  return { ...image, data };
}

/** Each part of the picture brought to the same mean and contrast: shadow, darkness and glare disappear as far as light goes. */
export function level(image: Luma, radius: number): Luma {
  const mean = soften(image, radius);
  const contrast = new Uint8Array(image.data.length);
  for (let at = 0; at < contrast.length; at += 1) contrast[at] = Math.abs((image.data[at] ?? 0) - (mean.data[at] ?? 0));
  const { data: spread } = soften({ ...image, data: contrast }, radius);
  const data = new Uint8ClampedArray(image.data.length);
  for (let at = 0; at < data.length; at += 1) {
    data[at] = 128 + (48 * ((image.data[at] ?? 0) - (mean.data[at] ?? 0))) / ((spread[at] ?? 0) + 2);
  }
  return { ...image, data };
}

/** Each pixel the mean of its (2 × radius + 1)² neighbours: a screen's grid and a sensor's noise disappear. */
export function soften(image: Luma, radius: number): Luma {
  const { width, height } = image;
  const rows = new Uint8Array(width * height);
  const data = new Uint8Array(width * height);
  slide(image.data, rows, { length: width, step: 1, lines: height, stride: width }, radius);
  slide(rows, data, { length: height, step: width, lines: width, stride: 1 }, radius);
  return { data, width, height };
}

interface Lines {
  length: number;
  step: number;
  lines: number;
  stride: number;
}

function slide(from: Luma['data'], to: Uint8Array, { length, step, lines, stride }: Lines, radius: number): void {
  const last = length - 1;
  const count = 2 * radius + 1;
  for (let line = 0; line < lines; line += 1) {
    const start = line * stride;
    let sum = 0;
    for (let at = -radius; at <= radius; at += 1) sum += from[start + Math.min(last, Math.max(0, at)) * step] ?? 0;
    for (let at = 0; at < length; at += 1) {
      to[start + at * step] = sum / count + 0.5;
      sum += from[start + Math.min(last, at + radius + 1) * step] ?? 0;
      sum -= from[start + Math.max(0, at - radius) * step] ?? 0;
    }
  }
}
