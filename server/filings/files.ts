import { createHash, randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { type Db, tables } from '../../db/index.ts';
import { recordEvent } from '../audit/record-event.ts';
import { DomainError } from '../errors.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { type Filing, getFiling, listFiles } from './find.ts';
import { readFile } from './read-file.ts';
import { assertEditable } from './save-draft.ts';
import { type FileKind, MOST_SCREENS } from './schema.ts';

const { filingFiles } = tables;
/** A scan of several pages, as pictures. */
const MOST_SCANS = 5;

/**
 * Adds a picture of the authentication screens to a draft, or a stamped scan to a submitted filing.
 * @param input.name the file's name where it came from
 * @throws DomainError FORBIDDEN (city only), FILING_NOT_FOUND, FILING_LOCKED, TOO_MANY_FILES, TOO_LARGE, UNSUPPORTED_TYPE, MALFORMED
 */
export async function addFile(
  db: Db,
  actor: Actor,
  input: { id: number; kind: FileKind; name: string; bytes: Buffer },
): Promise<{ fileId: string }> {
  const who = authorise(actor, 'city');
  await assertRoom(db.read, await getFiling(db.read, who, input.id), input.kind);
  const { contentType, content } = await readFile(input.kind, input.bytes);
  const fileId = randomUUID();
  await db.write(async (tx) => {
    // Again: reading took a while.
    await assertRoom(tx, await getFiling(tx, who, input.id), input.kind);
    await tx.insert(filingFiles).values({
      id: fileId,
      filingId: input.id,
      kind: input.kind,
      name: input.name,
      contentType,
      size: content.length,
      digest: createHash('sha256').update(content).digest('hex'),
      content,
      addedAt: new Date().toISOString(),
    });
    await recordEvent(tx, who, { action: 'filing.add_file', outcome: 'ok', subject: String(input.id), detail: fileId });
  });
  return { fileId };
}

/**
 * Takes a file off the form. What a submitted version shows is kept for that version.
 * @throws DomainError FORBIDDEN (city only), FILING_NOT_FOUND, FILE_NOT_FOUND, FILING_LOCKED
 */
export async function removeFile(db: Db, actor: Actor, input: { id: number; fileId: string }) {
  const who = authorise(actor, 'city');
  return db.write(async (tx) => {
    const filing = await getFiling(tx, who, input.id);
    const file = (await listFiles(tx, filing.id)).find(({ id }) => id === input.fileId);
    if (!file) throw fileNotFound();
    assertOpenFor(filing, file.kind);
    await tx.update(filingFiles).set({ removedAt: new Date().toISOString() }).where(eq(filingFiles.id, file.id));
    await recordEvent(tx, who, {
      action: 'filing.remove_file',
      outcome: 'ok',
      subject: String(filing.id),
      detail: file.id,
    });
    return { fileId: file.id };
  });
}

/**
 * A file's content, for whoever may see its filing; the province sees none that was never submitted.
 * @throws DomainError FORBIDDEN, FILING_NOT_FOUND, FILE_NOT_FOUND
 */
export async function findFile(db: Db, actor: Actor, input: { id: number; fileId: string }) {
  const filing = await getFiling(db.read, actor, input.id);
  const [file] = await db.read
    .select()
    .from(filingFiles)
    .where(and(eq(filingFiles.id, input.fileId), eq(filingFiles.filingId, filing.id)));
  if (!file || (actor.role === 'province' && !(await wasSubmitted(db, filing, file)))) throw fileNotFound();
  return file;
}

async function wasSubmitted(db: Db, filing: Filing, file: { id: string; kind: FileKind }): Promise<boolean> {
  if (file.kind === 'stamped') return filing.state !== 'submitted' && filing.state !== 'draft';
  const { filingVersions } = tables;
  const versions = await db.read.select().from(filingVersions).where(eq(filingVersions.filingId, filing.id));
  return versions.some(({ screens }) => screens.includes(file.id));
}

async function assertRoom(db: Pick<Db['read'], 'select' | '$count'>, filing: Filing, kind: FileKind): Promise<void> {
  assertOpenFor(filing, kind);
  const most = kind === 'screen' ? MOST_SCREENS : MOST_SCANS;
  const there = (await listFiles(db, filing.id)).filter((file) => file.kind === kind);
  if (there.length >= most) throw new DomainError('TOO_MANY_FILES', `最多上传 ${most} 个文件,请先移除一个`, kind);
}

/** Pictures belong to the draft; the stamped form comes back once it was submitted and printed. */
function assertOpenFor(filing: Filing, kind: FileKind): void {
  if (kind === 'screen') assertEditable(filing);
  else if (filing.state !== 'submitted') {
    throw new DomainError('FILING_LOCKED', '提交并打印申请表后才能上传盖章件', kind);
  }
}

const fileNotFound = () => new DomainError('FILE_NOT_FOUND', '没有这个文件', 'fileId');
