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
 */
export async function runCommand(
  program: string,
  usage: string,
  options: string[],
  work: (db: Db, actor: SystemActor, values: Record<string, string | undefined>) => Promise<string>,
): Promise<void> {
  let db: Db | undefined;
  try {
    const values = parseOptions(options);
    const { databaseUrl, dataKeys } = readDatabaseSettings(process.env);
    if (dataKeys !== undefined) setKeys(dataKeys);
    db = open(databaseUrl);
    // Without keys what is sealed can neither be read nor written.
    if (dataKeys !== undefined) db.unlock();
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
  let db: ReturnType<typeof openReadOnly> | undefined;
  try {
    const values = parseOptions(options);
    db = openReadOnly(readDatabaseSettings(process.env).databaseUrl);
    process.stdout.write(`${await work(db, values)}\n`);
  } catch (error) {
    process.stderr.write(`${program}: ${explain(error)}\nusage: ${usage}\n`);
    process.exitCode = 1;
  } finally {
    await db?.close();
  }
}

function parseOptions(names: string[]) {
  const config = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  return parseArgs({ options: config }).values;
}

function explain(error: unknown): string {
  if (error instanceof ZodError) {
    return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}
