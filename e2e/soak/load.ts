/** What goes on while things break: a city uploads, nurses scan and print. Whatever was answered is remembered. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fictionalRecord, type WireRecord } from '../../server/exchange/test-exchange.ts';
import type { Receipt } from '../../server/exchange/wire.ts';

/** What the clients were told: to be found again in the end. */
export interface Answers {
  lookups: number;
  /** Numbers, as often as they were answered. */
  vouchers: Set<string>;
  receipts: Receipt[];
  /** `id` of each record that a receipt covers. */
  records: string[];
  /** Answers that no client may get, e.g. `500 scan.lookup`. */
  wrong: Map<string, number>;
  /** 503 with Retry-After, and calls without any answer. */
  unavailable: number;
  unanswered: number;
}

const ROWS = 40;
const PAUSE_MS = 40;
const CITY = { authorization: 'Bearer demo-secret-4401', 'content-type': 'application/json' };

export function startLoad(url: string, nurses: readonly string[]) {
  const answers: Answers = {
    ...{ lookups: 0, vouchers: new Set(), receipts: [], records: [], wrong: new Map() },
    ...{ unavailable: 0, unanswered: 0 },
  };
  let running = true;
  /** Cards whose records the province has taken, and nobody printed yet. */
  const cards: string[] = [];

  /** @returns null when there was no answer, or one that says: later */
  async function call(name: string, path: string, init: RequestInit): Promise<Response | null> {
    try {
      const response = await fetch(url + path, { ...init, signal: AbortSignal.timeout(30_000) });
      const text = await response.text();
      const { status, headers } = response;
      if (status === 503 && headers.has('retry-after')) {
        answers.unavailable += 1;
        await sleep(200);
        return null;
      }
      if (status >= 500) answers.wrong.set(`${status} ${name}`, (answers.wrong.get(`${status} ${name}`) ?? 0) + 1);
      return new Response(text, { status, headers });
    } catch {
      answers.unanswered += 1;
      await sleep(100);
      return null;
    }
  }

  async function city() {
    for (let n = 0; running; n += 1) {
      const cdBatch = `4401261123${String(n).padStart(9, '0')}`;
      const records = Array.from(
        { length: ROWS },
        (_, at): WireRecord => ({
          ...fictionalRecord(n * ROWS + at),
          cd_batch: cdBatch,
        }),
      );
      const body = JSON.stringify({ cd_batch: cdBatch, records });
      // As long as it takes: the same batch is asked for again by its number.
      for (let receipt: Receipt | null = null; running && !receipt; ) {
        const answer = await call('upload', '/api/exchange/v1/batches', { method: 'POST', headers: CITY, body });
        if (answer?.status !== 200) continue;
        receipt = (await answer.json()) as Receipt;
        answers.receipts.push(receipt);
        answers.records.push(...records.map(({ id }) => String(id)));
        cards.push(...records.map(({ erhc_card_no: card }) => String(card)));
      }
      while (running && cards.length > 20 * ROWS) await sleep(100);
    }
  }

  async function nurse(username: string) {
    let cookie = '';
    const ask = (procedure: string, input: object) =>
      call(procedure, `/api/trpc/${procedure}`, {
        ...{ method: 'POST', body: JSON.stringify(input) },
        headers: { 'content-type': 'application/json', cookie },
      });
    while (running) {
      const code = cards.shift();
      if (!code) {
        await sleep(100);
        continue;
      }
      for (let printed = false; running && !printed; ) {
        const looked = await ask('scan.lookup', { code });
        if (looked?.status === 401) {
          const body = JSON.stringify({ username, password: `demo-${username}` });
          const headers = { 'content-type': 'application/json' };
          const signedIn = await call('sign-in', '/api/auth/sign-in/username', { method: 'POST', headers, body });
          cookie = signedIn?.headers.getSetCookie()[0]?.split(';')[0] ?? '';
          await sleep(PAUSE_MS);
          continue;
        }
        if (looked?.status !== 200) continue;
        answers.lookups += 1;
        const issued = await ask('vouchers.issue', { code });
        if (issued?.status !== 200) continue;
        const { result } = (await issued.json()) as { result: { data: { voucherNo: string } } };
        answers.vouchers.add(result.data.voucherNo);
        printed = true;
        await sleep(PAUSE_MS);
      }
    }
  }

  const work = [city(), ...nurses.map(nurse)];
  return {
    answers,
    async stop() {
      running = false;
      await Promise.all(work);
    },
  };
}
