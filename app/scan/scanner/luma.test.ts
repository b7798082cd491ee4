import { describe, expect, it } from 'vitest';
import { makeRandom } from '../../../e2e/scanner/random.ts';
import { enlarge, fromRgba, type Luma, level, sharpen, shrink, soften } from './luma.ts';

const random = makeRandom(7);
const picture = (width: number, height: number, light = () => Math.floor(random.between(0, 256))): Luma => ({
  data: Uint8Array.from({ length: width * height }, light),
  width,
  height,
});
const meanOf = ({ data }: Luma) => data.reduce((sum, light) => sum + light, 0) / data.length;

describe('a smaller picture', () => {
  it.each([
    [1280, 720, 640, 360],
    [1920, 1080, 640, 360],
    [1000, 750, 640, 480],
    [33, 1, 10, 1],
  ])('of %i × %i is %i–%i px, and as bright', (width, height, smallWidth, smallHeight) => {
    const image = picture(width, height);
    const small = shrink(image, smallWidth);
    expect([small.width, small.height, small.data.length]).toEqual([smallWidth, smallHeight, smallWidth * smallHeight]);
    // Halves are rounded down.
    expect(Math.abs(meanOf(small) - meanOf(image))).toBeLessThan(width < 100 ? 20 : 1.2);
  });

  it('takes the mean of what it stands for', () => {
    const image = { data: Uint8Array.from([0, 100, 10, 10, 200, 100, 10, 10]), width: 4, height: 2 };
    expect([...shrink(image, 2).data]).toEqual([100, 10]);
    const three = { data: Uint8Array.from([9, 18, 27, 36, 45, 54, 63, 72, 81]), width: 3, height: 3 };
    expect([...shrink(three, 1).data]).toEqual([45]);
  });

  it('is the picture itself where that is small enough', () => {
    const image = picture(320, 200);
    expect(shrink(image, 640)).toBe(image);
  });
});

it('a larger picture lies between the pixels of the smaller', () => {
  const image = { data: Uint8Array.from([0, 100]), width: 2, height: 1 };
  expect([...enlarge(image, 2).data]).toEqual([0, 25, 75, 100, 0, 25, 75, 100]);
});

it('an even picture stays even: softened, sharpened, levelled', () => {
  const image = picture(40, 30, () => 90);
  expect(new Set(soften(image, 4).data)).toEqual(new Set([90]));
  expect(new Set(sharpen(image, 4, 3).data)).toEqual(new Set([90]));
  expect(new Set(level(image, 4).data)).toEqual(new Set([128]));
});

it('each softened pixel is the mean of its neighbours, the edge going on beyond the edge', () => {
  const image = picture(9, 7);
  const soft = soften(image, 2);
  for (let y = 0; y < 7; y += 1) {
    for (let x = 0; x < 9; x += 1) {
      let sum = 0;
      for (let dy = -2; dy <= 2; dy += 1) {
        for (let dx = -2; dx <= 2; dx += 1) {
          sum += image.data[Math.min(6, Math.max(0, y + dy)) * 9 + Math.min(8, Math.max(0, x + dx))] ?? 0;
        }
      }
      expect(soft.data[y * 9 + x]).toBe(Math.round(sum / 25));
    }
  }
});

it('what is see-through is white', () => {
  const data = Uint8ClampedArray.from([0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255]);
  expect([...fromRgba({ data, width: 3, height: 1 }).data]).toEqual([0, 255, 255]);
});
