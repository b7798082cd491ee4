import { describe, expect, it } from 'vitest';
import { makeConfusion } from '../../../e2e/scanner/confusion.ts';
import { kinds, makeFrame } from '../../../e2e/scanner/frames.ts';
import { makeOurs } from '../../../e2e/scanner/peers.ts';
import { parseHealthCode } from '../../../server/health-code/parse.ts';
import { makeLadder } from './ladder.ts';
import { readByZxing } from './zxing-library.ts';

describe('the ladder', () => {
  // Without a time budget: what a slow machine has no time for is not what is tested.
  it.each(kinds)('reads a frame: %s', async (kind) => {
    const { text, ...image } = makeFrame(kind, 0);
    expect((await (await makeOurs()).read({ image }, 'study'))?.text).toBe(text);
  });

  it('tells where the code stands', async () => {
    const { text: _, ...image } = makeFrame('clean', 0);
    const corners = (await (await makeOurs()).read({ image }, 'glance'))?.corners;
    const [topLeft, topRight, bottomRight, bottomLeft] = corners ?? [];
    for (const { x, y } of corners ?? []) expect(x > 0 && x < 1 && y > 0 && y < 1).toBe(true);
    // The card lies almost straight.
    expect(topLeft?.x).toBeLessThan(topRight?.x ?? 0);
    expect(bottomLeft?.x).toBeLessThan(bottomRight?.x ?? 0);
    expect(topLeft?.y).toBeLessThan(bottomLeft?.y ?? 0);
  });

  it('sees no wrong health code in noise, textures and damaged codes', async () => {
    const ladder = await makeOurs();
    const wrong: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      const { image, text } = makeConfusion(n);
      const answer = (await ladder.read({ image }, 'look'))?.text;
      if (answer && answer !== text && parseHealthCode(answer)) wrong.push(`picture ${n}: ${answer}`);
    }
    expect(wrong).toEqual([]);
  }, 240_000);

  it('reads dark and light codes by @zxing/library alone', async () => {
    const ladder = makeLadder();
    ladder.readers.zxing = readByZxing;
    for (const kind of ['clean', 'inverted'] as const) {
      const { text, ...image } = makeFrame(kind, 0);
      expect((await ladder.read({ image }, 'study'))?.text).toBe(text);
    }
  });

  it('goes on when a reader fails', async () => {
    const ladder = await makeOurs();
    ladder.readers.native = () => Promise.reject(new Error('dead'));
    const { text, ...image } = makeFrame('clean', 0);
    const askNative = (native: NonNullable<typeof ladder.readers.native>) => native({} as ImageBitmap, 1, 1);
    expect((await ladder.read({ image, askNative }, 'glance'))?.text).toBe(text);
  });

  it('has nothing to say without any reader', async () => {
    const { text: _, ...image } = makeFrame('clean', 0);
    expect(await makeLadder().read({ image }, 'study')).toBeNull();
  });
});
