/** The camera itself: chosen, hidden, zoomed, slow. What is missing altogether stands in ways-in.spec.ts. */
import type { Page } from '@playwright/test';
import { codeOf, openScan, seeResident, seeScanning } from './actions.ts';
import { expect, test } from './fixtures.ts';

const code = codeOf('demo:authenticated');
const TWO_CAMERAS = { devices: 2 };

const isOpen = (page: Page) =>
  page.evaluate(() => (document.querySelector('video')?.srcObject as MediaStream | null)?.active ?? false);
const setHidden = (page: Page, hidden: boolean) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { value, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

test('the camera is off while the page is hidden, and on again when it is seen', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  await openScan(page);
  await seeScanning(page);
  expect(await isOpen(page)).toBe(true);
  await setHidden(page, true);
  await expect.poll(() => isOpen(page)).toBe(false);
  await setHidden(page, false);
  await seeScanning(page);
  await expect.poll(() => isOpen(page)).toBe(true);
});

test('shown and hidden in quick turns, one camera is open in the end', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse', camera: code });
  await page.addInitScript(() => {
    const counted = window as typeof window & { tracks: MediaStreamTrack[] };
    counted.tracks = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => {
      const stream = await ask(wish);
      counted.tracks.push(...stream.getTracks());
      return stream;
    };
  });
  await openScan(page);
  for (let turn = 0; turn < 5; turn += 1) {
    await setHidden(page, true);
    await setHidden(page, false);
  }
  await seeResident(page, '陈示例');
  const live = () =>
    page.evaluate(
      () =>
        (window as typeof window & { tracks: MediaStreamTrack[] }).tracks.filter((track) => track.readyState === 'live')
          .length,
    );
  await expect.poll(live).toBe(1);
});

test('the chosen camera is remembered, and given up where it can no longer be opened', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse', camera: TWO_CAMERAS });
  await openScan(page);
  const choice = page.getByRole('combobox', { name: '选择摄像头' });
  await expect(choice.getByRole('option')).toHaveCount(3);
  // Ids are made anew with each page here.
  const chosen = () => choice.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent ?? '');
  const first = await chosen();
  const labels = await choice.getByRole('option').allTextContents();
  const other = labels.slice(1).find((label) => label !== first) ?? '';
  await choice.selectOption({ label: other });
  await expect.poll(chosen).toBe(other);
  await page.reload();
  await expect.poll(chosen).toBe(other);

  // Held by another program from now on.
  await page.addInitScript(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wish) =>
      JSON.stringify(wish).includes('exact') ? Promise.reject(new DOMException('held', 'NotReadableError')) : ask(wish);
  });
  await page.reload();
  await expect.poll(chosen).toBe(first);
  await seeScanning(page);
  await choice.selectOption({ label: '自动选择摄像头' });
  await page.reload();
  await expect.poll(chosen).toBe(first);
  expect(await page.evaluate(() => localStorage.getItem('console.camera'))).toBeNull();
});

test('light and zoom are used together, and the zoom is remembered', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  // A film has neither.
  await page.addInitScript(() => {
    const wishes: object[] = [];
    Object.assign(window, { wishes });
    Object.assign(MediaStreamTrack.prototype, {
      getCapabilities: () => ({ torch: true, zoom: { min: 1, max: 5, step: 0.5 } }),
      async applyConstraints(wish: { advanced?: object[] }) {
        wishes.push({ ...wish.advanced?.[0] });
      },
    });
  });
  const lastWish = () => page.evaluate(() => (window as typeof window & { wishes: object[] }).wishes.at(-1));
  await openScan(page);
  const zoom = page.getByRole('slider', { name: '缩放' });
  await expect(zoom).toHaveValue('1');
  await zoom.fill('3');
  await expect.poll(lastWish).toEqual({ zoom: 3 });
  await page.getByRole('button', { name: '打开补光' }).click();
  await expect(page.getByRole('button', { name: '关闭补光' })).toBeVisible();
  await expect.poll(lastWish).toEqual({ zoom: 3, torch: true });
  await page.reload();
  await expect(zoom).toHaveValue('3');
  await expect.poll(lastWish).toEqual({ zoom: 3 });
});

test('a hand-held scanner is heard while zoom or the list of cameras has the focus', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse', camera: TWO_CAMERAS });
  await openScan(page);
  const choice = page.getByRole('combobox', { name: '选择摄像头' });
  await choice.focus();
  const before = await choice.inputValue();
  await Promise.all([...code, 'Enter'].map((key) => page.keyboard.press(key)));
  await seeResident(page, '陈示例');
  expect(await choice.inputValue()).toBe(before);
});

test('a camera that does not open is told, and a second try helps', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse', camera: code });
  await page.addInitScript(() => {
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    let asked = 0;
    navigator.mediaDevices.getUserMedia = (wish) => {
      asked += 1;
      return asked === 1 ? new Promise(() => {}) : ask(wish);
    };
  });
  await openScan(page);
  await expect(page.getByText('摄像头还没有打开')).toBeVisible();
  await page.getByRole('button', { name: '重试' }).click();
  await seeResident(page, '陈示例');
});
