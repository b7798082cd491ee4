import { asc, eq } from 'drizzle-orm';
import { type Db, type Queries, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import type { Actor } from '../staff/actor.ts';
import { shanghaiTime } from '../time.ts';
import { type Filing, getFiling, listFiles } from './find.ts';
import { FILING_MOVES, type FilingMove, isEditable, mayDiscard, movesFrom } from './schema.ts';

const { cities, filingMoves, filingVersions, staff } = tables;

/**
 * One filing: its form, files, way and earlier versions, and what whoever asks may do with it. The province sees the form
 * as it was submitted last, never what a city is still writing.
 * @throws DomainError FORBIDDEN (city and province only), FILING_NOT_FOUND
 */
export async function openFiling(db: Db, actor: Actor, input: { id: number }) {
  const filing = await getFiling(db.read, actor, input.id);
  const [city, files, moves, versions] = await Promise.all([
    db.read.select().from(cities).where(eq(cities.code, filing.cityCode)),
    listFiles(db.read, filing.id, { removed: true }),
    listMoves(db.read, filing),
    listVersions(db.read, filing),
  ]);
  await db.write((tx) => recordEvent(tx, actor, { action: 'filing.open', outcome: 'ok', subject: String(filing.id) }));
  const own = actor.role === 'city';
  const submitted = versions.at(-1);
  const shown =
    own || !submitted ? { appName: filing.appName, ...filing.form } : { appName: submitted.appName, ...submitted.form };
  const live = files.filter(({ removedAt }) => removedAt === null);
  const screens =
    own || !submitted ? live.filter(({ kind }) => kind === 'screen').map(({ id }) => id) : submitted.screens;
  return {
    id: filing.id,
    cityName: city[0]?.name ?? filing.cityCode,
    state: filing.state,
    version: filing.version,
    form: shown,
    screens,
    stamped: live.filter(({ kind }) => kind === 'stamped').map(({ id }) => id),
    files: files
      .filter(({ id, removedAt }) => removedAt === null || versions.some((version) => version.screens.includes(id)))
      .map(({ id, kind, name, contentType, size }) => ({ id, kind, name, contentType, size })),
    opinion: filing.opinion,
    appRecordNo: filing.appRecordNo,
    appRecordNoRecognize: filing.appRecordNoRecognize,
    updatedAt: shanghaiTime(new Date(filing.updatedAt)),
    moves,
    versions,
    /** What may be done now. */
    may: {
      edit: own && isEditable(filing.state),
      discard: own && mayDiscard(filing),
      moves: movesFrom(filing.state, actor.role),
    },
  };
}

async function listMoves(db: Queries, filing: Filing) {
  const rows = await db
    .select({ move: filingMoves, actorName: staff.name })
    .from(filingMoves)
    .leftJoin(staff, eq(staff.id, filingMoves.actor))
    .where(eq(filingMoves.filingId, filing.id))
    .orderBy(asc(filingMoves.id));
  return rows.map(({ move, actorName }) => ({
    id: move.id,
    at: shanghaiTime(new Date(move.at)),
    label: FILING_MOVES[move.move as FilingMove]?.label ?? move.move,
    to: move.to as Filing['state'],
    version: move.version,
    actorName: actorName ?? move.actor,
    opinion: move.opinion,
  }));
}

async function listVersions(db: Queries, filing: Filing) {
  const rows = await db
    .select()
    .from(filingVersions)
    .where(eq(filingVersions.filingId, filing.id))
    .orderBy(asc(filingVersions.version));
  return rows.map(({ version, appName, form, screens, submittedAt }) => ({
    version,
    appName,
    form,
    screens,
    submittedAt: shanghaiTime(new Date(submittedAt)),
  }));
}
