/**
 * A gateway for identity verification, over HTTP, signed as the exchange's requests are (exchange/signature.ts):
 *
 *     POST {url}/v1/verifications  { "name", "id_card_type_code", "idcode", "phone", "methods": ["2", "3"] }
 *     GET  {url}/v1/verifications/ID
 *     200  { "result": "passed", "methods": ["2", "3"], "nation": "01" }      nation may be left out
 *     200  { "result": "mismatch" }
 *     200  { "result": "pending", "id": "…", "page": "https://…" }            a face is to be shown on that page
 *
 * Faces are shown to the gateway's own page; no picture passes through here. Anything else, and silence, is `unavailable`.
 */
import { z } from 'zod';
import { Refused, requestOnce, Unavailable } from '../exchange/client/send.ts';
import type { CityConfig } from './config.ts';
import type { IdentitySource, Verification } from './verify-identity.ts';

const answer = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('passed'),
    methods: z.array(z.enum(['1', '2', '3', '4'])).min(1),
    nation: z.string().nullish(),
  }),
  z.object({ result: z.literal('mismatch') }),
  z.object({
    result: z.literal('pending'),
    id: z.string().regex(/^[\w-]{8,128}$/),
    page: z.url({ protocol: /^https?$/ }),
  }),
]);

const TIMEOUT_MS = 5000;
/** Before the second and the third try. */
const PAUSES = [200, 600];

export function makeGatewaySource(gateway: NonNullable<CityConfig['gateway']>): IdentitySource {
  async function ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Verification> {
    const bytes = body && Buffer.from(JSON.stringify(body));
    for (let tries = 0; ; tries += 1) {
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS);
        return toVerification(
          await requestOnce(gateway, method, path, { body: bytes, type: 'application/json', signal }),
        );
      } catch (error) {
        if (error instanceof Refused) return { outcome: 'unavailable' };
        const pause = PAUSES[tries];
        if (!(error instanceof Unavailable)) throw error;
        if (pause === undefined) return { outcome: 'unavailable' };
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
  return {
    methods: ['1', '2', '3'],
    async verify({ name, idCardTypeCode, idcode, phone }, methods) {
      return ask('POST', '/v1/verifications', { name, id_card_type_code: idCardTypeCode, idcode, phone, methods });
    },
    finish: (id) => ask('GET', `/v1/verifications/${encodeURIComponent(id)}`),
  };
}

function toVerification(text: string): Verification {
  const parsed = answer.safeParse(readJson(text));
  if (!parsed.success) return { outcome: 'unavailable' };
  switch (parsed.data.result) {
    case 'passed':
      return { outcome: 'passed', methods: parsed.data.methods, name: null, nation: parsed.data.nation ?? null };
    case 'mismatch':
      return { outcome: 'mismatch' };
    case 'pending':
      return { outcome: 'face', id: parsed.data.id, page: parsed.data.page };
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
