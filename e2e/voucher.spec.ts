import { createRequire } from 'node:module';
import { createCanvas } from '@napi-rs/canvas';
import type { Page } from '@playwright/test';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { cardNoOf } from '../db/demo/fixed-residents.ts';
import { seal, unseal } from '../db/seal.ts';
import { codeOf, confirmAndPrint, openScan, PRINT, scanByHand, seeRefused, seeResident } from './actions.ts';
import { type Console, expect, test } from './fixtures.ts';

// A CommonJS package whose names Node does not see from ESM.
const { BinaryBitmap, HybridBinarizer, QRCodeReader, RGBLuminanceSource }: typeof import('@zxing/library') =
  createRequire(import.meta.url)('@zxing/library');

/** Issues a voucher through the door, as the page's own session. */
async function issue(page: Page, key: string): Promise<string> {
  const response = await page.request.post('/api/trpc/vouchers.issue', { data: { code: codeOf(key) } });
  return (await response.json()).result.data.voucherNo;
}

async function printPdf(page: Page): Promise<Buffer> {
  await expect(page.getByRole('heading', { name: '接种凭证' })).toBeVisible();
  return page.pdf({ preferCSSPageSize: true });
}

/**
 * Pages, text, size (mm) and picture of a PDF. The text comes without white space, and composed: fonts that share a glyph
 * between a character and its Kangxi radical make Chromium name the radical.
 */
async function readPdf(bytes: Buffer) {
  const pdf = await getDocument({ data: new Uint8Array(bytes), verbosity: 0 }).promise;
  const page = await pdf.getPage(1);
  const text = (await page.getTextContent()).items
    .map((item) => ('str' in item ? item.str : ''))
    .join('')
    .normalize('NFKC')
    .replaceAll('\u2EA0', '民')
    .replace(/\s/g, '');
  const viewport = page.getViewport({ scale: 3 });
  const canvas = createCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
  await page.render({ canvas: canvas as never, viewport }).promise;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const light = Uint8ClampedArray.from({ length: canvas.width * canvas.height }, (_, at) => data[at * 4] ?? 0);
  const mm = (points: number) => Math.round((points / 72) * 25.4);
  const [, , width = 0, height = 0] = page.view;
  return {
    pages: pdf.numPages,
    text,
    light,
    width: canvas.width,
    height: canvas.height,
    size: [mm(width), mm(height)],
  };
}

for (const { paper, nurse, width } of [
  { paper: 'A5', nurse: 'nurse', width: 148 },
  { paper: '80 mm', nurse: 'nurse2', width: 80 },
] as const) {
  test.describe(`the paper, ${paper}`, () => {
    for (const { key, name, age } of [
      { key: 'demo:authenticated', name: '陈示例', age: '36 岁' },
      { key: 'demo:long-name', name: '阿卜杜热依木江·买买提明江·吐尔逊', age: '71 岁' },
      { key: 'demo:rare-name', name: '刘䶮𬭎', age: '33 岁' },
    ]) {
      test(`${key}: one page, every field, a QR of the number`, async ({ openTablet }) => {
        const page = await openTablet({ as: nurse });
        const voucherNo = await issue(page, key);
        await page.goto(`/vouchers/${voucherNo}`);
        const pdf = await readPdf(await printPdf(page));
        expect(pdf.pages).toBe(1);
        expect(pdf.size[0]).toBe(width);
        const site = nurse === 'nurse' ? '天河示例社区卫生服务中心' : '南山示例社区健康服务中心';
        const staff = nurse === 'nurse' ? '苏护士' : '罗护士';
        const station = nurse === 'nurse' ? '登记台' : '1 号登记窗口';
        for (const field of [site, voucherNo, name, age, '居民身份证', staff, station]) {
          expect(pdf.text).toContain(field.replace(/\s/g, ''));
        }
        expect(pdf.text).toMatch(/性别[男女]/);
        expect(pdf.text).toMatch(/证件号码440\*{11}\w{4}/);
        expect(pdf.text).toMatch(/核验时间\d{4}-\d\d-\d\d\d\d:\d\d:\d\d/);
        expect(pdf.text).toContain('本凭证仅用于当日接种登记,不作为接种证明');
        expect(pdf.text).not.toContain('补打');
        const source = new RGBLuminanceSource(pdf.light, pdf.width, pdf.height);
        const decoded = new QRCodeReader().decode(new BinaryBitmap(new HybridBinarizer(source)));
        expect(decoded.getText()).toBe(voucherNo);
      });
    }

    test('rare characters are drawn, each as itself and not as an empty box', async ({ openTablet }) => {
      const page = await openTablet({ as: nurse });
      const voucherNo = await issue(page, 'demo:rare-name');
      await page.goto(`/vouchers/${voucherNo}`);
      await expect(page.getByText('刘䶮𬭎')).toBeVisible();
      const drawn = new Map<string, string>();
      // U+10FFFF is no character: what is drawn for it is what is drawn for anything that no font has.
      for (const name of ['䶮', '𬭎', '\u{10FFFF}']) {
        await page.evaluate((text) => {
          for (const cell of document.querySelectorAll('dt')) {
            if (cell.textContent === '姓名' && cell.nextElementSibling) cell.nextElementSibling.textContent = text;
          }
        }, name);
        const { light } = await readPdf(await printPdf(page));
        drawn.set(name, Buffer.from(light).toString('base64'));
      }
      expect(new Set(drawn.values()).size).toBe(3);
    });

    test('the worst case still is one page: the longest names, and a reprint', async ({ openTablet, site }) => {
      const page = await openTablet({ as: nurse });
      const voucherNo = await issue(page, 'demo:long-name');
      await issue(page, 'demo:long-name');
      const snapshot = unseal(await site.database.one<string>('SELECT snapshot FROM vouchers'));
      const longest = { name: '阿'.repeat(50), siteName: '示'.repeat(40), idCardType: '港澳居民来往内地通行证' };
      const paper = seal(JSON.stringify({ ...JSON.parse(snapshot), ...longest }));
      await site.database.set('UPDATE vouchers SET snapshot = ?', paper);
      await page.goto(`/vouchers/${voucherNo}`);
      const pdf = await readPdf(await printPdf(page));
      expect(pdf.pages).toBe(1);
      expect(pdf.text).toContain('补打第1次');
      expect(pdf.text).toContain('不作为接种证明');
    });
  });
}

test('the scan page prints the voucher itself: the same paper, and nothing of the screen', async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse', camera: codeOf('demo:authenticated') });
  await openScan(page);
  await seeResident(page, '陈示例');
  const voucherNo = await confirmAndPrint(page);
  const pdf = await readPdf(await page.pdf({ preferCSSPageSize: true }));
  expect(pdf.pages).toBe(1);
  expect(pdf.size).toEqual([148, 210]);
  expect(pdf.text).toContain(voucherNo);
  expect(pdf.text).not.toContain('扫码核验');
});

test.describe('from unauthenticated nothing can be printed', () => {
  test('not by the page', async ({ openTablet }) => {
    const page = await openTablet({ as: 'nurse' });
    await openScan(page);
    await scanByHand(page, codeOf('demo:unauthenticated'));
    await seeRefused(page);
    const pdf = await readPdf(await page.pdf({ preferCSSPageSize: true }));
    expect(pdf.text.trim()).toBe('');
  });

  test('not by calling vouchers.issue', async ({ openTablet, site }) => {
    const page = await openTablet({ as: 'nurse' });
    for (const key of ['demo:unauthenticated', 'demo:withdrawn', 'demo:unknown']) {
      const response = await page.request.post('/api/trpc/vouchers.issue', { data: { code: codeOf(key) } });
      expect(response.status()).toBe(409);
      expect((await response.json()).error.data.error.code).toBe('RESIDENT_NOT_AUTHENTICATED');
    }
    expect(await site.database.one('SELECT count(*) FROM vouchers')).toBe(0);
  });

  test('not between lookup and tap: the record was withdrawn meanwhile', async ({ openTablet, site }) => {
    const page = await openTablet({ as: 'nurse' });
    await openScan(page);
    await scanByHand(page, codeOf('demo:authenticated'));
    await seeResident(page, '陈示例');
    await withdraw(site, 'd');
    await page.getByRole('button', { name: PRINT }).click();
    await seeRefused(page);
    await withdraw(site, 'i');
  });

  test("not by a voucher's address, once the resident is no longer authenticated", async ({ openTablet, site }) => {
    const page = await openTablet({ as: 'nurse' });
    const voucherNo = await issue(page, 'demo:authenticated');
    await withdraw(site, 'd');
    await page.goto(`/vouchers/${voucherNo}`);
    await expect(page.getByText('该用户未进行实名认证')).toBeVisible();
    await expect(page.getByRole('button')).toHaveCount(0);
    const pdf = await readPdf(await page.pdf({ preferCSSPageSize: true }));
    expect(pdf.text.trim()).toBe('');
    await withdraw(site, 'i');
  });

  test("not by another site's or an invented address", async ({ openTablet }) => {
    const owner = await openTablet({ as: 'nurse' });
    const voucherNo = await issue(owner, 'demo:authenticated');
    const stranger = await openTablet({ as: 'nurse2' });
    for (const number of [voucherNo, '4403050001209901019999']) {
      await stranger.goto(`/vouchers/${number}`);
      await expect(stranger.getByText('本单位没有这张凭证')).toBeVisible();
    }
    await stranger.goto('/vouchers/not-a-number');
    await expect(stranger.getByText('凭证号应为 22 位数字')).toBeVisible();
  });
});

test("a voucher's own page reprints it, and says how often", async ({ openTablet }) => {
  const page = await openTablet({ as: 'nurse' });
  const voucherNo = await issue(page, 'demo:authenticated');
  await page.goto(`/vouchers/${voucherNo}`);
  await expect(page.getByText('陈示例')).toBeVisible();
  await expect(page.getByText(/补打 第/)).toHaveCount(0);
  await page.getByRole('button', { name: '补打凭证' }).click();
  await expect(page.getByText('补打 第 1 次')).toBeVisible();
});

function withdraw({ database }: Console, operation: 'i' | 'd') {
  const text = 'UPDATE authentication_records SET cd_operation = ? WHERE erhc_card_no = ?';
  return database.set(text, operation, cardNoOf('demo:authenticated'));
}
