/** The files of filings: up as a form, down one by one. `/api/filings`; everything else of filings is tRPC. */
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Db } from '../../db/index.ts';
import { type FindStaff, makeDoor } from '../door.ts';
import { DomainError } from '../errors.ts';
import { addFile, findFile } from './files.ts';
import { tooLarge } from './read-file.ts';
import { FILE_KINDS, fileInput, LARGEST_SCAN } from './schema.ts';

/** The form's own parts around the file. */
const FORM_OVERHEAD = 64 * 1024;
const ENDINGS = { 'image/png': 'png', 'image/jpeg': 'jpg', 'application/pdf': 'pdf' };

const upload = z.object({
  id: fileInput.shape.id,
  kind: z.enum(FILE_KINDS, '文件类别有误'),
  file: z.instanceof(File, { error: '请选择文件' }),
});

export function makeFilingFiles(db: Db, findStaff: FindStaff) {
  const { door, actorOf } = makeDoor(findStaff);
  const limit = bodyLimit({
    maxSize: LARGEST_SCAN + FORM_OVERHEAD,
    onError: () => {
      throw tooLarge('stamped');
    },
  });
  door.post('/:id/files', limit, async (c) => {
    const actor = await actorOf(c);
    const form = await c.req.formData().catch(() => {
      throw new DomainError('MALFORMED', '请求内容应为带文件的表单(multipart/form-data)');
    });
    const { id, kind, file } = parse(upload, {
      id: Number(c.req.param('id')),
      kind: form.get('kind'),
      file: form.get('file'),
    });
    const bytes = Buffer.from(await file.arrayBuffer());
    return c.json(await addFile(db, actor, { id, kind, name: file.name.slice(0, 200), bytes }));
  });

  door.get('/:id/files/:fileId', async (c) => {
    const input = parse(fileInput, { id: Number(c.req.param('id')), fileId: c.req.param('fileId') });
    const file = await findFile(db, await actorOf(c), input);
    // Pictures were encoded by us. A PDF can hold anything: it is saved, never shown in the console's own origin.
    const disposition = file.contentType === 'application/pdf' ? 'attachment' : 'inline';
    return c.body(new Uint8Array(file.content), 200, {
      'Content-Type': file.contentType,
      'Content-Disposition': `${disposition}; filename="${file.id}.${ENDINGS[file.contentType]}"`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
    });
  });

  return door;
}

function parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new DomainError('BAD_INPUT', issue?.message ?? '输入有误', issue?.path.join('.'));
}
