import { eq } from 'drizzle-orm';
import { allGiven, allGivenBut, type Db, given, prepared, type Transaction, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type FacetFields, facetsIn } from '../records/facets.ts';
import type { AuthenticationRecord } from '../records/find-by-card.ts';
import type { PlatformActor } from '../staff/actor.ts';
import { judgeChange, judgeInBatch, type Register, readRegister } from './judge-row.ts';
import { type Batch, readReceipt } from './receipt.ts';
import { errorsOf, fieldOf, type StagedBatch, type StagedRow, warningsOf } from './stage-batch.ts';
import type { Receipt } from './wire.ts';
import { type Changes, changedFields, findRecords, writeChanges } from './write-changes.ts';

const { batches } = tables;

/**
 * Applies a batch: receipt, record changes and history in one transaction (X1 to X4). The same batch again gives the same receipt and changes
 * nothing. A bad record keeps only itself out.
 * @throws DomainError WRONG_SOURCE, BATCH_CONFLICT
 */
export async function applyBatch(
  db: Db,
  actor: PlatformActor,
  input: { cdBatch: string; staged: StagedBatch },
): Promise<Receipt> {
  const { cdBatch, staged } = input;
  if (cdBatch.slice(0, 4) !== actor.cityCode) {
    throw new DomainError('WRONG_SOURCE', '批次号(cd_batch)前 4 位应为上传凭据所属城市的代码', 'cd_batch');
  }
  return db.write(
    async (tx) => {
      const [there] = await readBatch(tx, { cdBatch });
      if (there && there.digest !== staged.digest) {
        throw new DomainError('BATCH_CONFLICT', '该批次号(cd_batch)已用于其他内容,请换新的批次号', 'cd_batch');
      }
      if (there) return readReceipt(tx, there);
      const [batch] = await insertBatch(tx, {
        cdBatch,
        cityCode: actor.cityCode,
        appId: actor.appId,
        receivedAt: new Date().toISOString(),
        digest: staged.digest,
        total: staged.total,
        ...{ accepted: 0, unchanged: 0, rejected: 0, warnings: 0 },
      });
      if (!batch) throw new Error('no batch was inserted');
      const register = await readRegister(tx, actor.cityCode);
      const facetOf = await facetsIn(tx, actor.cityCode);
      const counts = await applyRows(tx, { ...batch, register, facetOf }, staged);
      await updateBatch(tx, { id: batch.id, ...counts });
      await recordEvent(tx, actor, { action: 'batch.upload', outcome: 'ok', subject: cdBatch });
      return readReceipt(tx, { ...batch, ...counts });
    },
    { patient: true },
  );
}

const readBatch = prepared((tx: Transaction) =>
  tx
    .select()
    .from(batches)
    .where(eq(batches.cdBatch, given('cdBatch'))),
);
const insertBatch = prepared((tx: Transaction) => tx.insert(batches).values(allGivenBut(batches, 'id')).returning());
const updateBatch = prepared((tx: Transaction) => {
  const { accepted, unchanged, rejected, warnings } = allGiven(batches);
  return tx
    .update(batches)
    .set({ accepted, unchanged, rejected, warnings })
    .where(eq(batches.id, given('id')));
});

async function applyRows(
  tx: Transaction,
  batch: Pick<Batch, 'id' | 'cdBatch' | 'cityCode'> & {
    register: Register;
    facetOf: (fields: FacetFields) => Promise<number>;
  },
  staged: StagedBatch,
) {
  const counts = { accepted: 0, unchanged: 0, rejected: 0, warnings: 0 };
  const taken = new Set<string>();
  let number = 0;

  function refuse(recordId: string | null, errors: string[], changes: Changes) {
    counts.rejected += 1;
    changes.issues.push({ row: number, recordId, errors, warnings: [] });
  }

  function judge(row: StagedRow, errors: string[], record: AuthenticationRecord | undefined, changes: Changes) {
    const id = fieldOf(row, 'id');
    if (errors.length > 0 || id === null) return refuse(id, errors, changes);
    if (taken.has(id)) return refuse(id, ['id:repeated'], changes);
    const differs = record !== undefined && changedFields(row, record).some((name) => name !== 'cd_batch');
    const verdict = judgeChange(row, record, differs);
    if ('error' in verdict) return refuse(id, [verdict.error], changes);
    // A copy: a piece of the staged text would hold on to all of it.
    taken.add(Buffer.from(id, 'latin1').toString('latin1'));
    if (verdict.change === 'insert') changes.inserts.push(row);
    if (verdict.change === 'update' && record) changes.updates.push({ row, record });
    if (verdict.change === 'withdraw' && record) changes.withdrawals.push({ row, record });
    counts[verdict.change === 'none' ? 'unchanged' : 'accepted'] += 1;
    const warnings = warningsOf(row);
    if (warnings.length === 0) return;
    counts.warnings += 1;
    changes.issues.push({ row: number, recordId: id, errors: [], warnings });
  }

  for await (const rows of staged.chunks()) {
    const errors = rows.map((row) => [...errorsOf(row), ...judgeInBatch(row, batch, batch.register)]);
    const ids = rows.filter((_, n) => errors[n]?.length === 0).map((row) => fieldOf(row, 'id') ?? '');
    const known = await findRecords(tx, ids);
    const changes: Changes = { inserts: [], updates: [], withdrawals: [], issues: [] };
    for (const [n, row] of rows.entries()) {
      number += 1;
      judge(row, errors[n] ?? [], known.get(fieldOf(row, 'id') ?? ''), changes);
    }
    await writeChanges(tx, batch, changes);
    // Others are read and answered between the chunks.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return counts;
}
