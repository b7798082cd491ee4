/** People by the list: `POST /api/staff/import`, a form with a CSV file; everything else of staff is tRPC. */
import { bodyLimit } from 'hono/body-limit';
import type { Db } from '../../db/index.ts';
import { type FindStaff, makeDoor } from '../door.ts';
import { DomainError } from '../errors.ts';
import { ImportRefused, importStaff } from './import.ts';
import { MAX_IMPORT_BYTES } from './schema.ts';

/** The form's own parts around the file. */
const FORM_OVERHEAD = 64 * 1024;

const tooLarge = () => new DomainError('TOO_LARGE', `文件过大:不超过 ${MAX_IMPORT_BYTES / 1024 / 1024} MB`, 'file');

export function makeStaffImport(db: Db, findStaff: FindStaff) {
  const { door, actorOf } = makeDoor(findStaff, (error) =>
    error instanceof ImportRefused ? { rows: error.rows } : {},
  );

  const limit = bodyLimit({
    maxSize: MAX_IMPORT_BYTES + FORM_OVERHEAD,
    onError: () => {
      throw tooLarge();
    },
  });
  door.post('/import', limit, async (c) => {
    const actor = await actorOf(c);
    const form = await c.req.formData().catch(() => {
      throw new DomainError('MALFORMED', '请求内容应为带文件的表单(multipart/form-data)');
    });
    const file = form.get('file');
    if (!(file instanceof File)) throw new DomainError('BAD_INPUT', '请选择文件', 'file');
    if (file.size > MAX_IMPORT_BYTES) throw tooLarge();
    return c.json({ created: await importStaff(db, actor, file.stream()) });
  });

  return door;
}
