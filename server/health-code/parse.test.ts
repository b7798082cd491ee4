import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseHealthCode } from './parse.ts';

const CARD = 'A1B2C3D4'.repeat(8);
const DYN = '0123456789ABCDEF0123456789ABCDEF';

describe('the text of a health code', () => {
  it.each([
    ['bare', CARD, { type: 'bare' }],
    ['static', `${CARD}:1`, { type: 'static' }],
    ['static, its ends left open', `${CARD}:1::`, { type: 'static' }],
    ['static with its organisation', `${CARD}:1::5100A0013`, { type: 'static', issuer: '5100A0013' }],
    ['dynamic', `${CARD}:0:${DYN}`, { type: 'dynamic', dynamic: DYN }],
    ['dynamic with its app', `${CARD}:0:${DYN}:GZAPP-01`, { type: 'dynamic', dynamic: DYN, issuer: 'GZAPP-01' }],
  ])('%s', (_, text, parts) => {
    expect(parseHealthCode(text)).toEqual({ cardNo: CARD, ...parts });
  });

  it.each([
    ['lower case', `${CARD}:0:${DYN}`.toLowerCase()],
    ['a full-width colon', `${CARD}\uFF1A0\uFF1A${DYN}`],
    ['full-width digits', `${CARD}:\uFF10:${DYN}`],
    ['CR and LF', `${CARD}:0:${DYN}\r\n`],
    ['a TAB', `\t${CARD}:0:${DYN}\t`],
    ['blanks inside', ` ${CARD} : 0 : ${DYN} `],
    ['a byte order mark', `\uFEFF${CARD}:0:${DYN}`],
  ])('is the same code with %s', (_, text) => {
    expect(parseHealthCode(text)).toEqual({ cardNo: CARD, type: 'dynamic', dynamic: DYN });
  });

  it('has its issuer in upper case', () => {
    expect(parseHealthCode(`${CARD}:0:${DYN}:gzApp-01`.toLowerCase())).toMatchObject({ issuer: 'GZAPP-01' });
  });

  it.each([
    ['nothing', ''],
    ['a payment code', '134567890123456789'],
    ['an address', 'https://example.com/?c=1'],
    ['63 digits', CARD.slice(1)],
    ['65 digits', `${CARD}A`],
    ['a letter that is no hex digit', `G${CARD.slice(1)}`],
    ['another type', `${CARD}:2`],
    ['a dynamic code without its validity', `${CARD}:0`],
    ['a dynamic code with a cut validity', `${CARD}:0:${DYN.slice(1)}`],
    ['a static code with a validity', `${CARD}:1:${DYN}`],
    ['something behind', `${CARD}:1::ORG:more`],
    ['a very long text', `${CARD}${' '.repeat(1_000)}`],
  ])('is none: %s', (_, text) => {
    expect(parseHealthCode(text)).toBeNull();
  });

  it('never throws, and answers only cards of 64 hex digits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(parseHealthCode(text)?.cardNo ?? CARD).toMatch(/^[0-9A-F]{64}$/);
      }),
    );
  });
});
