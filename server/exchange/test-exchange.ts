/** What the exchange's tests share: fictional records on the wire, and uploads through the real door. */
import { createHash, randomUUID } from 'node:crypto';
import { cardNoOf } from '../../db/demo/fixed-residents.ts';
import { checkCharacter } from '../records/identity-number.ts';
import type { TestConsole } from '../test-console.ts';
import { sign, sm3 } from './signature.ts';

export type WireRecord = Record<string, unknown>;
type Site = Pick<TestConsole, 'url'>;

export const APP_4401 = { appId: 'demo-4401', secret: 'demo-secret-4401' };
export const APP_4403 = { appId: 'demo-4403', secret: 'demo-secret-4403' };

/** A right record of a fictional woman; her card is `cardNoOf('exchange:N')`. The batch number is put in by {@link upload}. */
export function fictionalRecord(n: number): WireRecord {
  const first17 = `44010619900307${990 + (n % 5) * 2}`;
  return {
    id: createHash('sha256').update(`exchange ${n}`).digest('hex').slice(0, 32),
    erhc_card_no: cardNoOf(`exchange:${n}`),
    empi: cardNoOf(`empi:${n}`),
    name: '陈示例',
    sex: '2',
    nation: '01',
    nationality: 'CHN',
    birthday: '1990-03-07',
    address: '广州市示例路1号',
    id_card_type_code: '01',
    idcode: first17 + checkCharacter(first17),
    phone: `1380000${String(n % 10_000).padStart(4, '0')}`,
    linkman: '陈联系',
    telephone: '02000000000',
    birthplace: '广州市样板街2号',
    county_code: '440106001',
    current_address: '广州市样板街2号',
    authentication_method: '2^3',
    app_record_no: 'GZ-NET-0001',
    app_record_no_recognize: 'GZ-APP-0001',
    recognize_flag: 1,
    cd_time: '2026-06-01 09:00:00',
    cd_source: '4401',
    cd_operation: 'i',
  };
}

/** Counts on at each call. */
export function counter(from: number): () => number {
  let next = from;
  return () => next++;
}

/** GB18030 bytes of a text whose characters have two of them at most: Node reads the encoding, and doesn't write it. */
export function gb18030(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Map<string, number[]>();
  const decoder = new TextDecoder('gb18030');
  for (let high = 0x81; high <= 0xfe; high += 1) {
    for (let low = 0x40; low <= 0xfe; low += 1) bytes.set(decoder.decode(new Uint8Array([high, low])), [high, low]);
  }
  return new Uint8Array([...text].flatMap((character) => bytes.get(character) ?? [character.charCodeAt(0)]));
}

/** Uploads as JSON by Bearer; each record gets the batch's number unless it has its own. */
export function upload(site: Site, batch: { cdBatch: string; records: unknown[]; secret?: string }): Promise<Response> {
  const { cdBatch, secret = APP_4401.secret } = batch;
  const records = batch.records.map((record) =>
    typeof record === 'object' && record !== null && !Array.isArray(record) ? { cd_batch: cdBatch, ...record } : record,
  );
  return send(site, JSON.stringify({ cd_batch: cdBatch, records }), { secret });
}

/** Sends a body as it is. */
export function send(
  site: Site,
  body: BodyInit,
  options: { type?: string; secret?: string; query?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const { type = 'application/json', secret = APP_4401.secret, query = '', headers = {} } = options;
  return fetch(`${site.url}/api/exchange/v1/batches${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': type, ...headers },
    body,
    duplex: 'half',
  } as RequestInit);
}

/** A request in the signed form; `over` spoils it. */
export function signed(
  site: Site,
  method: string,
  target: string,
  options: { body?: string; app?: typeof APP_4401; at?: number; nonce?: string; over?: Record<string, string> } = {},
): Promise<Response> {
  const { body = '', app = APP_4401, at = Date.now(), nonce = randomUUID(), over = {} } = options;
  const timestamp = String(at);
  const signature = sign(app.secret, { method, target, timestamp, nonce, bodyDigest: sm3(body) });
  const { target: sentTarget = target, body: sentBody = body, ...headers } = over;
  return fetch(`${site.url}${sentTarget}`, {
    method,
    headers: {
      'x-app-id': app.appId,
      'x-timestamp': timestamp,
      'x-nonce': nonce,
      'x-sign': signature,
      ...(sentBody ? { 'content-type': 'application/json' } : {}),
      ...headers,
    },
    ...(sentBody ? { body: sentBody } : {}),
  });
}
