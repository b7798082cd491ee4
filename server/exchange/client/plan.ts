/**
 * What an upload has promised and done, beside its file: written before the first batch leaves, so that a broken upload is
 * taken up again under the same batch numbers, and nothing is sent twice.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { shanghaiTime } from '../../time.ts';
import type { Receipt } from '../wire.ts';
import { readRecords } from './read-file.ts';

export interface Plan {
  /** SHA-256 of the file: another content is another upload. */
  digest: string;
  city: string;
  /** ISO time from which the batch numbers count. */
  begun: string;
  /** Of the batches that were answered, in order: together, the file's first records. */
  receipts: Omit<Receipt, 'errors'>[];
}

const SERIALS = 999;
const planFile = (file: string) => `${file}.upload.json`;

/** The plan that was made for this content, or a new one, written down. */
export async function takePlan(file: string, now = new Date()): Promise<Plan> {
  const digest = await digestOf(file);
  const standing = await readPlan(file, digest);
  if (standing) return standing;
  const plan = { digest, city: await cityOf(file), begun: now.toISOString(), receipts: [] };
  await savePlan(file, plan);
  return plan;
}

/** The plan that stands for this very content. */
export async function findPlan(file: string): Promise<Plan | null> {
  return readPlan(file, await digestOf(file));
}

async function readPlan(file: string, digest: string): Promise<Plan | null> {
  if (!existsSync(planFile(file))) return null;
  const plan: Plan = JSON.parse(await readFile(planFile(file), 'utf8'));
  return plan.digest === digest ? plan : null;
}

/** Records that were answered. */
export const answered = (plan: Plan) => plan.receipts.reduce((sum, { total }) => sum + total, 0);

/** Written aside and renamed: a broken write leaves the old one. */
export async function savePlan(file: string, plan: Plan): Promise<void> {
  const aside = `${planFile(file)}.new`;
  await writeFile(aside, JSON.stringify(plan, null, 1));
  await rename(aside, planFile(file));
}

/** Numbers from the next second on, as those of this one are another upload's. */
export function moveOn(plan: Plan): void {
  plan.begun = new Date(Date.parse(plan.begun) + 1000).toISOString();
}

/** 批次号 of the n-th batch, from 0: city, yyMMddHHmmss, 001 to 999; then the next second. */
export function batchNoOf(plan: Plan, n: number): string {
  const second = new Date(Date.parse(plan.begun) + Math.floor(n / SERIALS) * 1000);
  const stamp = shanghaiTime(second).replace(/\D/g, '').slice(2);
  return `${plan.city}${stamp}${String((n % SERIALS) + 1).padStart(3, '0')}`;
}

async function digestOf(file: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const piece of createReadStream(file)) digest.update(piece);
  return digest.digest('hex');
}

async function cityOf(file: string): Promise<string> {
  for await (const rows of readRecords(file)) {
    for (const row of rows) {
      const source = (row as { cd_source?: unknown } | null)?.cd_source;
      if (typeof source === 'string' && /^\d{4}$/.test(source)) return source;
    }
  }
  throw new Error('文件中没有记录,或没有一条记录有 4 位的来源(cd_source)');
}
