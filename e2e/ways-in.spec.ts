import { writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { PNG } from 'pngjs';
import { encode } from 'uqr';
import { codeOf, openScan, PRINT, scanByHand, seeRefused, seeResident, seeScanning, signIn } from './actions.ts';
import { expect, test } from './fixtures.ts';

const code = codeOf('demo:authenticated');

test.describe('a hand-held scanner, with nothing focused', () => {
  for (const end of ['Enter', 'Tab'] as const) {
    test(`ends its text with ${end}`, async ({ openTablet }) => {
      const page = await openTablet({ as: 'nurse' });
      await openScan(page);
      await scanByHand(page, code, end);
      await seeResident(page, '陈示例');
    });
  }

  test('works while a result is shown, and its Enter presses no button', async ({ openTablet, site }) => {
    const page = await openTablet({ as: 'nurse' });
    await openScan(page);
    await scanByHand(page, code);
    await seeResident(page, '陈示例');
    await page.getByRole('button', { name: PRINT }).focus();
    await scanByHand(page, codeOf('demo:unauthenticated'));
    await seeRefused(page);
    expect(await site.database.one('SELECT count(*) FROM vouchers')).toBe(0);
  });

  test('is understood through an input method, which hides the characters', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse' });
    await openScan(page);
    await page.evaluate((text) => {
      const press = (init: KeyboardEventInit) =>
        document.body.dispatchEvent(new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init }));
      for (const character of text) {
        const place = /\d/.test(character) ? `Digit${character}` : `Key${character}`;
        // The colon comes out full-width; letters and digits are swallowed, and only their places are told.
        if (character === ':') press({ key: '\uFF1A', code: 'Semicolon', shiftKey: true });
        else press({ key: 'Process', code: place, keyCode: 229 });
      }
      press({ key: 'Enter', code: 'Enter' });
    }, code);
    await seeResident(page, '陈示例');
  });

  test('does not take stray keys for a code', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse' });
    await openScan(page);
    await scanByHand(page, 'abc');
    await page.waitForTimeout(1_000);
    await seeScanning(page);
  });
});

test('typing the code by hand', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  await openScan(page);
  await page.getByLabel('手工输入健康码').fill(` ${code.toLowerCase()} `);
  await page.getByRole('button', { name: '查询' }).click();
  await seeResident(page, '陈示例');
  await expect(page.getByLabel('手工输入健康码')).toHaveValue('');
});

test.describe('a picture file', () => {
  test('with a code: light on dark too', async ({ openTablet }, info) => {
    const page = await openTablet({ as: 'nurse' });
    await openScan(page);
    for (const inverted of [false, true]) {
      const file = info.outputPath(`code-${inverted}.png`);
      writeFileSync(file, picture(code, inverted));
      await page.getByLabel('识别图片中的健康码').setInputFiles(file);
      await seeResident(page, '陈示例');
      await page.getByRole('button', { name: '信息不符,返回扫码' }).click();
      await seeScanning(page);
    }
  });

  test('without a code, or no picture at all: says so, and scanning goes on', async ({ openTablet }, info) => {
    const page = await openTablet({ as: 'nurse' });
    await openScan(page);
    const letter = info.outputPath('letter.png');
    writeFileSync(letter, 'not a picture');
    await page.getByLabel('识别图片中的健康码').setInputFiles(letter);
    await expect(page.getByText('图片中没有找到二维码')).toBeVisible();
    await seeScanning(page);
  });
});

test.describe('the camera says what is wrong', () => {
  test('no camera', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse', camera: { devices: 0 } });
    await openScan(page);
    await expect(page.getByText('没有找到摄像头')).toBeVisible();
    await scanByHand(page, code);
    await seeResident(page, '陈示例');
  });

  test('no permission', async ({ openTablet }) => {
    const page = await openTablet({
      as: 'nurse',
      args: ['--use-fake-ui-for-media-stream=deny'],
      context: { permissions: [] },
    });
    await openScan(page);
    await expect(page.getByText('没有摄像头权限')).toBeVisible();
  });

  test('in use elsewhere, and open again after 重试', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse' });
    await page.addInitScript(() => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      let busy = true;
      mediaDevices.getUserMedia = (wish) => {
        if (!busy) return open(wish);
        busy = false;
        return Promise.reject(new DOMException('in use', 'NotReadableError'));
      };
    });
    await openScan(page);
    await expect(page.getByText('摄像头被占用')).toBeVisible();
    await page.getByRole('button', { name: '重试' }).click();
    await seeScanning(page);
  });

  test('a page that is not on HTTPS', async ({ openTablet, site }) => {
    const host = 'console.test';
    const { port } = new URL(site.url);
    const page = await openTablet({
      as: 'nurse',
      args: [`--host-resolver-rules=MAP ${host} 127.0.0.1`],
      context: { baseURL: `http://${host}:${port}` },
      localHost: host,
    });
    await openScan(page);
    await expect(page.getByText('当前网址不能使用摄像头')).toBeVisible();
    await scanByHand(page, code);
    await seeResident(page, '陈示例');
  });

  test('unplugged while scanning', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse' });
    await openScan(page);
    await seeScanning(page);
    await (await trackOf(page)).evaluate((track) => track?.dispatchEvent(new Event('ended')));
    await expect(page.getByText('没有找到摄像头')).toBeVisible();
    await page.getByRole('button', { name: '重试' }).click();
    await seeScanning(page);
  });

  test('it stops when the page is left', async ({ openTablet }) => {
    const page = await openTablet();
    // A session of its own: the next test goes on with the one that `as` gives.
    await signIn(page, 'nurse', 'demo-nurse');
    await seeScanning(page);
    const track = await trackOf(page);
    await page.getByRole('button', { name: '退出' }).click();
    await expect(page).toHaveURL(/\/login$/);
    expect(await track.evaluate((each) => each?.readyState)).toBe('ended');
  });
});

const trackOf = (page: Page) =>
  page
    .locator('video')
    .evaluateHandle((video: HTMLVideoElement) => (video.srcObject as MediaStream).getVideoTracks()[0]);

/** A PNG of a QR code, ten pixels a module. */
function picture(text: string, inverted: boolean): Buffer {
  const { data, size } = encode(text, { ecc: 'M', border: 4 });
  const png = new PNG({ width: size * 10, height: size * 10 });
  for (let y = 0; y < png.height; y += 1) {
    for (let x = 0; x < png.width; x += 1) {
      const dark = data[Math.floor(y / 10)]?.[Math.floor(x / 10)] !== inverted;
      png.data.fill(dark ? 0 : 255, (y * png.width + x) * 4, (y * png.width + x) * 4 + 3);
      png.data[(y * png.width + x) * 4 + 3] = 255;
    }
  }
  return PNG.sync.write(png);
}
