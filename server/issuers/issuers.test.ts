/** Issuers, and what a scan says of their dynamic codes. */
import { and, desc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { tables } from '../../db/index.ts';
import { dynamicCodeKeys, makeDynamicCode } from '../health-code/dynamic-code.ts';
import { codeOf, startTestConsole, type TestConsole } from '../test-console.ts';

const CARD = cardNoOf('demo:authenticated');
let site: TestConsole;
let keys: ReturnType<typeof dynamicCodeKeys>;
beforeAll(async () => {
  site = await startTestConsole();
  const { secret } = await (await site.as('city')).issuers.create.mutate({
    ...{ code: 'gzTest', cityCode: '4401', label: '测试' },
  });
  keys = dynamicCodeKeys(secret);
});
afterAll(() => site.close());

/** A code of the test's issuer that ends so many seconds from now. */
const codeFor = (seconds: number, issuer = 'GZTEST') =>
  makeDynamicCode(keys, { cardNo: CARD, issuer, expiresAt: new Date(Date.now() + seconds * 1000) });

/** How the three calls of a nurse end. */
async function endsOf(code: string) {
  const { scan, vouchers } = await site.as('nurse');
  const ends: string[] = [];
  for (const call of [scan.lookup, scan.reveal, vouchers.issue]) ends.push(await codeOf(call.mutate({ code })));
  return ends;
}

async function lastOutcome(action: string) {
  const { auditEvents } = tables;
  const [row] = await site.db.read
    .select()
    .from(auditEvents)
    .where(and(eq(auditEvents.action, action), eq(auditEvents.subject, CARD)))
    .orderBy(desc(auditEvents.id))
    .limit(1);
  return row?.outcome;
}

const setUnknownIssuers = (unknownIssuers: boolean) =>
  site.db.write((tx) => tx.update(tables.sites).set({ unknownIssuers }).where(eq(tables.sites.code, '4401060001')));

describe('a dynamic code of a known issuer', () => {
  it('is taken until it ends, and a few seconds longer', async () => {
    expect(await endsOf(codeFor(60))).toEqual(['ok', 'ok', 'ok']);
    expect(await endsOf(codeFor(60).toLowerCase())).toEqual(['ok', 'ok', 'ok']);
    expect(await endsOf(codeFor(-2))).toEqual(['ok', 'ok', 'ok']);
  });

  it('is refused by a scan once it ended, while a nurse may finish what she had scanned before', async () => {
    expect(await endsOf(codeFor(-30))).toEqual(['CODE_EXPIRED', 'ok', 'ok']);
    expect(await lastOutcome('scan.lookup')).toBe('CODE_EXPIRED');
    expect(await endsOf(codeFor(-11 * 60))).toEqual(['CODE_EXPIRED', 'CODE_EXPIRED', 'CODE_EXPIRED']);
    const nurse = await site.as('nurse');
    await expect(nurse.scan.lookup.mutate({ code: codeFor(-30) })).rejects.toThrow('健康码已过期,请居民刷新');
  });

  it('is refused with another card, another issuer’s name or a changed validity, wherever a nurse sends it', async () => {
    const code = codeFor(60);
    const forged = ['CODE_FORGED', 'CODE_FORGED', 'CODE_FORGED'];
    expect(await endsOf(`${cardNoOf('demo:child')}${code.slice(64)}`)).toEqual(forged);
    expect(await endsOf(codeFor(60, 'GZOTHER').replace('GZOTHER', 'GZTEST'))).toEqual(forged);
    const last = code[98] === '0' ? '1' : '0';
    expect(await endsOf(`${code.slice(0, 98)}${last}${code.slice(99)}`)).toEqual(forged);
    expect(await lastOutcome('voucher.issue')).toBe('CODE_FORGED');
    const nurse = await site.as('nurse');
    await expect(nurse.scan.lookup.mutate({ code: `${code.slice(0, 67)}${'0'.repeat(32)}:GZTEST` })).rejects.toThrow(
      '不是有效的电子健康码',
    );
  });

  it('counts among the reasons of the figures', async () => {
    const { refusals } = await (await site.as('site_admin')).figures.read.query({ period: 'today' });
    expect(refusals).toContainEqual({ reason: 'refused.CODE_EXPIRED', count: expect.any(Number) });
    expect(refusals).toContainEqual({ reason: 'refused.CODE_FORGED', count: expect.any(Number) });
  });
});

describe('a genuine code of which anything was changed', () => {
  const ISSUER = 'GZTEST';
  let code: string;
  let dyn: string;
  beforeAll(() => {
    code = codeFor(600);
    dyn = code.slice(67, 99);
  });
  const lookup = async (text: string) => codeOf((await site.as('nurse')).scan.lookup.mutate({ code: text }));
  const put = (text: string, at: number, character: string) => text.slice(0, at) + character + text.slice(at + 1);
  /** With another bit in the number that the hex digits say. */
  function flipped(hex: string, bit: number) {
    const at = Math.floor(bit / 4);
    const digit = Number.parseInt(hex.charAt(at), 16) ^ (1 << (bit % 4));
    return put(hex, at, digit.toString(16).toUpperCase());
  }

  it('is refused by each bit of DYN, and by bits of the card', async () => {
    for (let bit = 0; bit < 128; bit += 1) {
      expect(await lookup(`${CARD}:0:${flipped(dyn, bit)}:${ISSUER}`), `DYN, bit ${bit}`).toBe('CODE_FORGED');
    }
    for (let bit = 0; bit < 256; bit += 5) {
      expect(await lookup(`${flipped(CARD, bit)}:0:${dyn}:${ISSUER}`), `card, bit ${bit}`).toBe('CODE_FORGED');
    }
  });

  it('is refused by each bit of its issuer, which then is another or none', async () => {
    for (let bit = 0; bit < 8 * ISSUER.length; bit += 1) {
      const at = Math.floor(bit / 8);
      const character = String.fromCharCode(ISSUER.charCodeAt(at) ^ (1 << (bit % 8)));
      const end = /[\w-]/.test(character) ? 'ISSUER_UNKNOWN' : 'NOT_HEALTH_CODE';
      // Hand-held scanners may say a letter in lower case: that is no change.
      const expected = character.toUpperCase() === ISSUER.charAt(at) ? 'ok' : end;
      expect(await lookup(`${CARD}:0:${dyn}:${put(ISSUER, at, character)}`), `bit ${bit}`).toBe(expected);
    }
  });

  it('is refused with its issuer cut or cut off', async () => {
    for (let end = `:${ISSUER}`.slice(0, -1); ; end = end.slice(0, -1)) {
      expect(await lookup(`${CARD}:0:${dyn}${end}`), end).toBe('ISSUER_UNKNOWN');
      if (!end) break;
    }
  });

  it('is no health code with another type, other separators or anything missing or added before its issuer', async () => {
    for (const type of '123456789Aa-_ ') {
      expect(await lookup(put(code, 65, type)), `type ${type}`).toBe('NOT_HEALTH_CODE');
    }
    for (const at of [64, 66, 99]) {
      for (const separator of ['', ';', '.', ',', '-', '/', '|', ' ', '::']) {
        expect(await lookup(put(code, at, separator)), `${separator} at ${at}`).toBe('NOT_HEALTH_CODE');
      }
    }
    for (const at of [0, 63, 65, 67, 98]) {
      expect(await lookup(put(code, at, '')), `nothing at ${at}`).toBe('NOT_HEALTH_CODE');
      expect(await lookup(put(code, at, code.charAt(at).repeat(2))), `twice at ${at}`).toBe('NOT_HEALTH_CODE');
    }
  });

  it('is not printed either', async () => {
    const ends = {
      [`${CARD}:0:${flipped(dyn, 0)}:${ISSUER}`]: 'CODE_FORGED',
      [`${CARD}:0:${flipped(dyn, 127)}:${ISSUER}`]: 'CODE_FORGED',
      [`${flipped(CARD, 100)}:0:${dyn}:${ISSUER}`]: 'CODE_FORGED',
      [`${CARD}:0:${dyn}:GZTESS`]: 'ISSUER_UNKNOWN',
      [`${CARD}:0:${dyn}:`]: 'ISSUER_UNKNOWN',
      [`${CARD}:0:${dyn}`]: 'ISSUER_UNKNOWN',
      [`${CARD}:1:${dyn}:${ISSUER}`]: 'NOT_HEALTH_CODE',
      [`${CARD}:0;${dyn}:${ISSUER}`]: 'NOT_HEALTH_CODE',
    };
    const before = await site.db.read.$count(tables.vouchers);
    for (const [text, end] of Object.entries(ends)) expect(await endsOf(text), text).toEqual([end, end, end]);
    expect(await site.db.read.$count(tables.vouchers)).toBe(before);
  });

  it('is taken as it is, also in lower case', async () => {
    expect(await lookup(code)).toBe('ok');
    expect(await lookup(code.toLowerCase())).toBe('ok');
  });
});

it('takes codes of unknown issuers where the site does, however they are made', async () => {
  const unknown = [codeFor(-3600, 'NOBODY'), `${CARD}:0:${'0'.repeat(32)}`];
  for (const code of unknown) {
    expect(await endsOf(code)).toEqual(['ISSUER_UNKNOWN', 'ISSUER_UNKNOWN', 'ISSUER_UNKNOWN']);
  }
  expect(await endsOf(`${CARD}:1`)).toEqual(['ok', 'ok', 'ok']);
  await setUnknownIssuers(true);
  for (const code of unknown) expect(await endsOf(code)).toEqual(['ok', 'ok', 'ok']);
  await setUnknownIssuers(false);
});

describe('an issuer', () => {
  it('is listed without its secret, to the province and to its city', async () => {
    for (const who of ['province', 'city'] as const) {
      const list = await (await site.as(who)).issuers.list.query();
      expect(list).toContainEqual({
        ...{ code: 'GZTEST', cityCode: '4401', label: '测试', createdAt: expect.any(String), revokedAt: null },
        formerUntil: null,
      });
    }
    const [row] = await site.db.read.select().from(tables.codeIssuers).where(eq(tables.codeIssuers.code, 'GZTEST'));
    expect(row?.sealed).not.toContain('GZTEST');
  });

  it('is another city’s business only for the province', async () => {
    const [city, province] = [await site.as('city'), await site.as('province')];
    const input = { code: 'SZTEST', cityCode: '4403', label: '测试' };
    expect(await codeOf(city.issuers.create.mutate(input))).toBe('FORBIDDEN');
    await province.issuers.create.mutate(input);
    expect(await codeOf(city.issuers.revoke.mutate({ code: 'SZTEST' }))).toBe('ISSUER_NOT_FOUND');
    expect((await city.issuers.list.query()).map(({ code }) => code)).not.toContain('SZTEST');
    expect((await province.issuers.list.query()).map(({ code }) => code)).toContain('SZTEST');
    expect(await codeOf(province.issuers.create.mutate({ ...input, code: 'QQ', cityCode: '4499' }))).toBe(
      'CITY_NOT_FOUND',
    );
  });

  it('has its name for itself, also after its end, from which on none of its codes is taken', async () => {
    const city = await site.as('city');
    const input = { code: 'GZTEST', cityCode: '4401', label: '测试' };
    expect(await codeOf(city.issuers.create.mutate(input))).toBe('ISSUER_TAKEN');
    const code = codeFor(60);
    await city.issuers.revoke.mutate({ code: 'gztest' });
    expect(await endsOf(code)).toEqual(['CODE_FORGED', 'CODE_FORGED', 'CODE_FORGED']);
    expect(await codeOf(city.issuers.revoke.mutate({ code: 'GZTEST' }))).toBe('ISSUER_NOT_FOUND');
    expect(await codeOf(city.issuers.create.mutate(input))).toBe('ISSUER_TAKEN');
  });
});
