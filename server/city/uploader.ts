/** Brings the outbox to the province, batch by batch, for as long as the process lives. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../../db/index.ts';
import { type Province, Refused, Unavailable } from '../exchange/client/send.ts';
import { describeError, type Log } from '../log.ts';
import { FEW_ROWS, MOST_ROWS, type OutboxBatch, openBatch, renumber, sendBatch, settle } from './outbox-batch.ts';

/** The longest pause after failures. */
const LONGEST_PAUSE_MS = 5 * 60 * 1000;
/** So many numbers are tried before it is a failure that all of them were taken. */
const NUMBERS = 5;
/** Between two small batches: whoever scans at the province goes first. */
const BREATH_MS = 50;

/** How the uploads go; times in ISO. */
export interface UploadState {
  lastSuccessAt: string | null;
  /** Of the last try, if it failed; `since` when the first of the failures in a row was. */
  lastError: { code: string; message: string; since: string; at: string } | null;
  /** Null while one is under way. */
  nextTryAt: string | null;
}

export interface Uploads {
  readonly state: UploadState;
  stop(): Promise<void>;
}

/**
 * Every few seconds what waits is sent; after a failure the pause doubles, with jitter, up to five minutes. A batch that was sent without
 * an answer is sent again as it was: the province knows it by its number, so nothing is lost or doubled. Only one that the province, or a
 * proxy before it, refused as a whole changes: the half of it where it is too large, another number where that is taken.
 */
export function startCityUploads(
  db: Db,
  config: { cityCode: string; uploadSeconds: number; province: Province },
  log: Log,
): Uploads {
  const state: UploadState = { lastSuccessAt: null, lastError: null, nextTryAt: null };
  const stopping = new AbortController();
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();

  function waitFor(ms: number) {
    if (stopping.signal.aborted) return;
    state.nextTryAt = new Date(Date.now() + ms).toISOString();
    timer = setTimeout(() => {
      working = work();
    }, ms);
    timer.unref();
  }

  async function work() {
    state.nextTryAt = null;
    try {
      await uploadAll();
      failures = 0;
      state.lastError = null;
      waitFor(config.uploadSeconds * 1000);
    } catch (error) {
      if (stopping.signal.aborted) return;
      failures += 1;
      const at = new Date().toISOString();
      state.lastError = { ...explain(error, log), since: state.lastError?.since ?? at, at };
      const pause = Math.min(config.uploadSeconds * 1000 * 2 ** failures, LONGEST_PAUSE_MS);
      waitFor(pause * (0.75 + Math.random() / 2));
    }
  }

  /**
   * Sends batch after batch, until nothing waits that waited when it looked: a batch costs much the same for a row as for ten, so what
   * comes meanwhile waits for the next turn.
   * @throws Refused, Unavailable
   */
  async function uploadAll() {
    const { cityCode, province } = config;
    let most = MOST_ROWS;
    let numbers = 1;
    while (!stopping.signal.aborted) {
      const batch = await openBatch(db, cityCode, most);
      if (!batch) return;
      try {
        await settle(db, batch, await sendBatch(province, batch, stopping.signal));
      } catch (error) {
        const { length } = batch.rows;
        if (isTooLarge(error) && length > 1) {
          most = Math.ceil(length / 2);
          await renumber(db, cityCode, batch, most);
        } else if (isNumberRefused(error, cityCode, batch) && numbers < NUMBERS) {
          numbers += 1;
          await renumber(db, cityCode, batch, length);
        } else throw error;
        // Nothing got through by that, and nothing failed that is not tried again at once.
        continue;
      }
      numbers = 1;
      failures = 0;
      state.lastSuccessAt = new Date().toISOString();
      state.lastError = null;
      if (!batch.hasMore) return;
      if (batch.rows.length <= FEW_ROWS) await sleep(BREATH_MS, undefined, { signal: stopping.signal });
    }
  }

  waitFor(Math.min(config.uploadSeconds, 1) * 1000);
  return {
    state,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await working;
    },
  };
}

const isTooLarge = (error: unknown) => error instanceof Refused && error.code === 'TOO_LARGE';

/** Another upload of the city took it, or it was given under a city's code that was wrong: the province has nothing by it. */
const isNumberRefused = (error: unknown, cityCode: string, { cdBatch }: OutboxBatch) =>
  error instanceof Refused &&
  (error.code === 'BATCH_CONFLICT' || (error.code === 'WRONG_SOURCE' && !cdBatch.startsWith(cityCode)));

function explain(error: unknown, log: Log): { code: string; message: string } {
  if (error instanceof Refused) {
    log.warn({ code: error.code }, 'the province refused a batch of the city');
    return { code: error.code ?? 'REFUSED', message: error.reason };
  }
  if (error instanceof Unavailable) return { code: 'UNAVAILABLE', message: error.message };
  log.error({ error: describeError(error) }, 'the outbox was not sent');
  return { code: 'INTERNAL', message: '上传未能完成,详见日志' };
}
