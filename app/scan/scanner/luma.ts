/** Brightness, one byte a pixel, row by row from the top left: all that reading a QR code needs of a picture. */
export interface Luma {
  /** One kind of array only: the same loops over several kinds are several times slower. */
  data: Uint8Array<ArrayBuffer>;
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

/** A picture whose longer side is `longest` px at most, each pixel the mean of those that it stands for, or of some of them. */
export function shrink(image: Luma, longest: number): Luma {
  const scale = longest / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  if (image.width === 2 * longest && image.height % 2 === 0) return halve(image);
  if (image.width === 3 * longest && image.height % 3 === 0) return third(image);
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

/** 1280 to 640 px is the common case: in a quarter of the time. A last odd column or row is left out. */
function halve(image: Luma): Luma {
  const { data: from, width: stride, height: rows } = image;
  if (stride < 2 || rows < 2) return image;
  const [width, height] = [stride >> 1, rows >> 1];
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0, at = 2 * y * stride; x < width; x += 1, at += 2, to += 1) {
      const upper = (from[at] as number) + (from[at + 1] as number);
      data[to] = (upper + (from[at + stride] as number) + (from[at + stride + 1] as number)) >> 2;
    }
  }
  return { data, width, height };
}

/** 1920 to 640 px, by the middle and the corners of each nine pixels: half the time of all nine, and as many codes read. */
function third({ data: from, width: stride, height: rows }: Luma): Luma {
  const [width, height] = [stride / 3, rows / 3];
  const data = new Uint8Array(width * height);
  for (let y = 0, to = 0; y < height; y += 1) {
    for (let x = 0, at = 3 * y * stride; x < width; x += 1, at += 3, to += 1) {
      const lower = at + 2 * stride;
      const corners =
        (from[at] as number) + (from[at + 2] as number) + (from[lower] as number) + (from[lower + 2] as number);
      // 13108 / 65536 is a fifth.
      data[to] = ((corners + (from[at + stride + 1] as number)) * 13108) >> 16;
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

/** Unsharp masking: what differs from its neighbours, within about 2 × `radius` px, is made to differ more. */
export function sharpen(image: Luma, radius: number, strength: number): Luma {
  const small = halve(image);
  const near = Math.max(1, radius >> 1);
  const mean = soften(soften(small, near), near);
  const strengths = new Float32Array(mean.data.length).fill(strength + 1);
  return stretch(image, mean, strengths, mean.data);
}

/** Each part of the picture brought to the same mean and contrast: shadow, darkness and glare disappear as far as light goes. */
export function level(image: Luma, radius: number): Luma {
  const small = halve(image);
  const near = Math.max(1, radius >> 1);
  const mean = soften(small, near);
  const contrast = new Uint8Array(mean.data.length);
  for (let y = 0, at = 0; y < small.height; y += 1) {
    // One pixel of four, as it is: the mean of four would hide small modules.
    for (let x = 0, from = 2 * y * image.width; x < small.width; x += 1, at += 1, from += 2) {
      contrast[at] = Math.abs((image.data[from] as number) - (mean.data[at] as number));
    }
  }
  const spread = soften({ ...small, data: contrast }, near);
  const strengths = new Float32Array(contrast.length);
  for (let at = 0; at < contrast.length; at += 1) strengths[at] = 48 / ((spread.data[at] as number) + 2);
  return stretch(image, mean, strengths, new Uint8Array(mean.data.length).fill(128));
}

/**
 * Each pixel's distance from `mean` times its strength, laid about `middle`. What changes slowly comes in half the size: that
 * is enough of it, in a quarter of the time.
 */
function stretch(image: Luma, mean: Luma, strengths: Float32Array, middle: Uint8Array): Luma {
  const data = new Uint8ClampedArray(image.data.length);
  for (let y = 0, at = 0; y < image.height; y += 1) {
    const row = Math.min(mean.height - 1, y >> 1) * mean.width;
    for (let x = 0; x < image.width; x += 1, at += 1) {
      const part = row + Math.min(mean.width - 1, x >> 1);
      const distance = (image.data[at] as number) - (mean.data[part] as number);
      data[at] = (middle[part] as number) + distance * (strengths[part] as number);
    }
  }
  return { ...image, data: new Uint8Array(data.buffer) };
}

/** Each pixel the mean of its (2 × radius + 1)² neighbours: a screen's grid and a sensor's noise disappear. */
export function soften({ data: from, width, height }: Luma, radius: number): Luma {
  // Sums along the rows first, then of those along the columns, each from the one before it. Beyond an edge its last pixel goes on.
  const across = new Uint16Array(width * height);
  const row = new Uint8Array(width + 2 * radius + 1);
  for (let y = 0, to = 0; y < height; y += 1) {
    const start = y * width;
    row.fill(from[start] as number, 0, radius);
    row.set(from.subarray(start, start + width), radius);
    row.fill(from[start + width - 1] as number, radius + width);
    let sum = 0;
    for (let x = 0; x <= 2 * radius; x += 1) sum += row[x] as number;
    for (let x = 0; x < width; x += 1, to += 1) {
      across[to] = sum;
      sum += (row[x + 2 * radius + 1] as number) - (row[x] as number);
    }
  }
  const data = new Uint8Array(width * height);
  const part = 1 / (2 * radius + 1) ** 2;
  const sums = new Int32Array(width);
  for (let y = -radius; y <= radius; y += 1) {
    const row = Math.min(height - 1, Math.max(0, y)) * width;
    for (let x = 0; x < width; x += 1) sums[x] = (sums[x] as number) + (across[row + x] as number);
  }
  for (let y = 0; y < height; y += 1) {
    const enters = Math.min(height - 1, y + radius + 1) * width;
    const leaves = Math.max(0, y - radius) * width;
    for (let x = 0, at = y * width; x < width; x += 1, at += 1) {
      const sum = sums[x] as number;
      data[at] = sum * part + 0.5;
      sums[x] = sum + (across[enters + x] as number) - (across[leaves + x] as number);
    }
  }
  return { data, width, height };
}
