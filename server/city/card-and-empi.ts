import { createHmac } from 'node:crypto';

/**
 * A person's `erhc_card_no` and `empi`: HMAC-SM3 by the city's key over type and number of the document, 64 upper-case hex digits. The same
 * document always gives the same card. Where the official module of the national platform exists, it replaces this one function.
 */
export function makeCardNumbers(
  key: string,
  { idCardTypeCode, idcode }: { idCardTypeCode: string; idcode: string },
): { erhcCardNo: string; empi: string } {
  const make = (purpose: string) =>
    createHmac('sm3', key).update([purpose, idCardTypeCode, idcode].join('\n')).digest('hex').toUpperCase();
  return { erhcCardNo: make('erhc_card_no'), empi: make('empi') };
}
