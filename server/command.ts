/** What the operator's commands share: options, database, and errors in one line. */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ZodError } from 'zod';
import { type Db, open, openReadOnly } from '../db/index.ts';
import { setKeys } from '../db/seal.ts';
import { readDatabaseSettings } from './settings.ts';
import type { SystemActor } from './staff/actor.ts';

/**
 * Runs an operator's command on the database of the settings; ends with exit code 1 and one line when it can't be done.
 * @param options names of the options it takes, each with a value
 * @param flags names of those without one; `true` where they were given
 */
export async function runCommand(
  program: string,
  usage: string,
  options: string[],
  work: (db: Db, actor: SystemActor, values: Record<string, string | undefined>) => Promise<string>,
  flags: string[] = [],
): Promise<void> {
  let db: Db | undefined;
  try {
    const values = parseOptions(options, flags);
    const { databaseUrl, dataKeys } = readDatabaseSettings(process.env);
    if (dataKeys !== undefined) setKeys(dataKeys);
    db = await open(databaseUrl);
    // Without keys what is sealed can neither be read nor written.
    if (dataKeys !== undefined) await db.unlock();
    const actor: SystemActor = { kind: 'system', program, requestId: randomUUID() };
    process.stdout.write(`${await work(db, actor, values)}\n`);
  } catch (error) {
    process.stderr.write(`${program}: ${explain(error)}\nusage: ${usage}\n`);
    process.exitCode = 1;
  } finally {
    await db?.close();
  }
}

/** Like {@link runCommand}, for commands that only look, also while the console runs. */
export async function runInspection(
  program: string,
  usage: string,
  options: string[],
  work: (db: Pick<Db, 'read'>, values: Record<string, string | undefined>) => Promise<string>,
): Promise<void> {
  let db: Awaited<ReturnType<typeof openReadOnly>> | undefined;
  try {
    const values = parseOptions(options);
    db = await openReadOnly(readDatabaseSettings(process.env).databaseUrl);
    process.stdout.write(`${await work(db, values)}\n`);
  } catch (error) {
    process.stderr.write(`${program}: ${explain(error)}\nusage: ${usage}\n`);
    process.exitCode = 1;
  } finally {
    await db?.close();
  }
}

/**
 * Runs a tool that opens what it needs by itself; ends with exit code 1 and one line when it can't be done.
 * @param options names of the options it takes: with a value, or without one
 */
export async function runTool(
  program: string,
  options: Record<string, 'string' | 'boolean'>,
  work: (values: Record<string, string | boolean | undefined>, names: string[]) => Promise<string>,
): Promise<void> {
  // What it makes holds personal data.
  process.umask(0o077);
  try {
    const config = Object.fromEntries(Object.entries(options).map(([name, type]) => [name, { type }]));
    const { values, positionals } = parseArgs({ options: config, allowPositionals: true });
    process.stdout.write(`${await work(values, positionals)}\n`);
  } catch (error) {
    process.stderr.write(`${program}: ${explain(error)}\n`);
    process.exitCode = 1;
  }
}

function parseOptions(names: string[], flags: string[] = []): Record<string, string | undefined> {
  const config = Object.fromEntries([
    ...names.map((name) => [name, { type: 'string' as const }]),
    ...flags.map((name) => [name, { type: 'boolean' as const }]),
  ]);
  const { values } = parseArgs({ options: config });
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

function explain(error: unknown): string {
  if (error instanceof ZodError) {
    return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
