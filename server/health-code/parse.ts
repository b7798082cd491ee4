/** What a health code's QR says: `CARD[:TYPE[:DYN[:ISSUER]]]`. */
export interface HealthCode {
  /** 64 upper-case hex digits: the `erhc_card_no` of the resident's records. */
  cardNo: string;
  type: 'static' | 'dynamic' | 'bare';
  /** 32 hex digits of a dynamic code: one cipher block that holds its validity. */
  dynamic?: string;
  /** The organisation or app that made the code, in upper case: hand-held scanners know no other. */
  issuer?: string;
}

const FORM = /^([0-9A-F]{64})(?::0:([0-9A-F]{32})(?::([\w-]{0,64}))?|:1(?:::([\w-]{0,64})|:)?)?$/i;

/**
 * Reads the text of a QR, of a hand-held scanner or of a hand. White space, full-width characters (an input method) and
 * lower case are taken as the same code; sources: requirements.md, "The text inside the QR code".
 * @returns null when it is not an electronic health code
 */
export function parseHealthCode(text: string): HealthCode | null {
  if (text.length > 512) return null;
  const match = FORM.exec(text) ?? FORM.exec(text.normalize('NFKC').replace(/\s/g, ''));
  if (!match?.[1]) return null;
  const [whole, card, dynamic, dynamicIssuer, staticIssuer] = match;
  const issuer = dynamicIssuer ?? staticIssuer;
  const type = dynamic ? 'dynamic' : whole.length > 64 ? 'static' : 'bare';
  const code: HealthCode = { cardNo: card.toUpperCase(), type };
  if (dynamic) code.dynamic = dynamic.toUpperCase();
  if (issuer) code.issuer = issuer.toUpperCase();
  return code;
}
