/** Brings the outbox to the province, batch by batch, for as long as the process lives. */
import type { Db } from '../../db/index.ts';
import { type Province, Refused, Unavailable } from '../exchange/client/send.ts';
import { describeError, type Log } from '../log.ts';
import { openBatch, renumber, sendBatch, settle } from './outbox-batch.ts';

/** The longest pause after failures. */
const LONGEST_PAUSE_MS = 5 * 60 * 1000;

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
 * an answer is sent again as it was: the province knows it by its number, so nothing is lost or doubled.
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
      while (!stopping.signal.aborted && (await uploadSome(db, config, stopping.signal))) {
        failures = 0;
        state.lastSuccessAt = new Date().toISOString();
        state.lastError = null;
      }
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

/** Sends one batch, if there is one. @returns whether there was @throws Refused, Unavailable */
async function uploadSome(
  db: Db,
  { cityCode, province }: { cityCode: string; province: Province },
  signal: AbortSignal,
): Promise<boolean> {
  const batch = await openBatch(db, cityCode);
  if (!batch) return false;
  try {
    await settle(db, batch, await sendBatch(province, batch, signal));
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'BATCH_CONFLICT') throw error;
    // Another upload of this city took the number; the next round sends under a new one.
    await renumber(db, cityCode, batch.cdBatch);
  }
  return true;
}

function explain(error: unknown, log: Log): { code: string; message: string } {
  if (error instanceof Refused) {
    log.warn({ code: error.code }, 'the province refused a batch of the city');
    return { code: error.code ?? 'REFUSED', message: error.reason };
  }
  if (error instanceof Unavailable) return { code: 'UNAVAILABLE', message: error.message };
  log.error({ error: describeError(error) }, 'the outbox was not sent');
  return { code: 'INTERNAL', message: '上传未能完成,详见日志' };
}
