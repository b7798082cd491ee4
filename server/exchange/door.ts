/** The exchange's door: cities upload batches, read receipts, reconcile. `/api/exchange` */

import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import { stringify } from 'csv-stringify';
import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Db } from '../../db/index.ts';
import { DomainError, ERROR_STATUS } from '../errors.ts';
import { presentTime } from '../records/check-record.ts';
import type { Actor, PlatformActor } from '../staff/actor.ts';
import { applyBatch } from './apply-batch.ts';
import { authenticate, type Claim } from './authenticate.ts';
import { describeExchange } from './openapi.ts';
import { getBatch, listIssues, readReceipt } from './receipt.ts';
import { receiveBatch } from './receive-batch.ts';
import { reconcile } from './reconcile.ts';
import { batchNo } from './schema.ts';
import type { Sealer } from './seal.ts';
import { sm3 } from './signature.ts';
import { makeUnproven } from './unproven.ts';
import { reconciliationQuery } from './wire.ts';

/** For whoever sends too much that is not proven. */
const RETRY_SECONDS = 60;

type Door = { Bindings: HttpBindings; Variables: { requestId: string } };

/**
 * @param findStaff who is signed in to the console, if anybody: the pages' links to `errors.csv` lead here too
 * @param addressOf whom a request comes from
 */
export function makeExchange(
  db: Db,
  sealer: Sealer,
  findStaff: (headers: Headers) => Promise<Pick<Actor, 'role' | 'cityCode'> | null>,
  addressOf: (request: IncomingMessage) => string,
) {
  const door = new Hono<Door>();
  const takeUnproven = makeUnproven();

  door.onError((error, c) => {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, field = null } = error;
    if (code === 'TOO_MANY_REQUESTS') c.header('Retry-After', String(RETRY_SECONDS));
    return c.json({ code, message, field, request_id: c.get('requestId') }, ERROR_STATUS[code]);
  });

  const description = describeExchange();
  door.get('/openapi.json', (c) => c.json(description));
  // Pages are Next's.
  door.get('/docs', (c) => c.redirect('/exchange/docs'));

  door.post('/v1/batches', async (c) => {
    const claim = await claimOf(c);
    const { cdBatch, staged } = await receiveProven(c, claim);
    try {
      const checked = parse(batchNo, cdBatch, 'cd_batch');
      return c.json(await applyBatch(db, claim.actor, { cdBatch: checked, staged }));
    } finally {
      await staged.close();
    }
  });

  door.get('/v1/batches/:cdBatch', async (c) => {
    const actor = await proven(c);
    const cdBatch = parse(batchNo, c.req.param('cdBatch'), 'cd_batch');
    return c.json(await readReceipt(db.read, await getBatch(db.read, cdBatch, actor.cityCode)));
  });

  door.get('/v1/batches/:cdBatch/errors.csv', async (c) => {
    const cdBatch = parse(batchNo, c.req.param('cdBatch'), 'cd_batch');
    const batch = await getBatch(db.read, cdBatch, await cityOfReader(c));
    c.header('Content-Type', 'text/csv; charset=utf-8');
    c.header('Content-Disposition', `attachment; filename="${cdBatch}-errors.csv"`);
    const csv = stringify({ header: true, bom: true, columns: ['row', 'id', 'severity', 'field', 'code', 'message'] });
    void (async () => {
      for await (const lines of listIssues(db.read, batch)) {
        for (const line of lines) csv.write(line);
        if (csv.writableNeedDrain) await new Promise((resolve) => csv.once('drain', resolve));
      }
      csv.end();
    })().catch((error) => csv.destroy(error));
    return c.body(Readable.toWeb(csv) as ReadableStream<Uint8Array>);
  });

  let reconciling: Promise<unknown> = Promise.resolve();
  door.get('/v1/reconciliation', async (c) => {
    const actor = await proven(c);
    const query = parse(reconciliationQuery, c.req.query(), 'from');
    // A large day takes memory: one after another.
    const answer = reconciling.then(() => reconcile(db, actor, query));
    reconciling = answer.catch(() => {});
    return c.json(await answer);
  });

  const claimOf = (c: Context<Door>) =>
    authenticate(db, sealer, {
      method: c.req.method,
      target: c.env.incoming.url ?? '',
      headers: c.req.raw.headers,
      requestId: c.get('requestId'),
    });

  /** A batch as it came, from whom it says: nothing that is laid aside stays when that is not so. */
  async function receiveProven(c: Context<Door>, claim: Claim) {
    const settle = claim.signed ? takeUnproven(addressOf(c.env.incoming), claim.actor.appId) : () => undefined;
    let failed = false;
    try {
      const received = await receiveBatch(c.env.incoming, {
        contentType: c.req.header('content-type') ?? '',
        contentEncoding: c.req.header('content-encoding') ?? '',
        cdBatch: c.req.query('cd_batch'),
        signed: claim.signed,
        now: presentTime(),
      });
      try {
        await claim.prove(received.bodyDigest);
      } catch (error) {
        await received.staged.close();
        throw error;
      }
      return received;
    } catch (error) {
      // A full disk or a broken line is no fault of the city's.
      failed = error instanceof DomainError;
      throw error;
    } finally {
      settle(failed);
    }
  }

  /** A platform whose request has no body. */
  async function proven(c: Context<Door>): Promise<PlatformActor> {
    const claim = await claimOf(c);
    await claim.prove(sm3(''));
    return claim.actor;
  }

  /** The city whose batches may be read; null for the province, who reads all. */
  async function cityOfReader(c: Context<Door>): Promise<string | null> {
    const staff = await findStaff(c.req.raw.headers);
    if (staff?.role === 'province') return null;
    if (staff?.role === 'city') return staff.cityCode;
    return (await proven(c)).cityCode;
  }

  return door;
}

function parse<T extends z.ZodType>(schema: T, value: unknown, field: string): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DomainError('BAD_INPUT', issue?.message ?? '输入有误', issue?.path.join('.') || field);
}
