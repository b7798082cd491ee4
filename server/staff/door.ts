/** People by the list: `POST /api/staff/import`, a form with a CSV file; everything else of staff is tRPC. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Db } from '../../db/index.ts';
import { DomainError, ERROR_STATUS } from '../errors.ts';
import type { Actor } from './actor.ts';
import { ImportRefused, importStaff } from './import.ts';
import { MAX_IMPORT_BYTES } from './schema.ts';

type Door = { Variables: { requestId: string } };

/** The form's own parts around the file. */
const FORM_OVERHEAD = 64 * 1024;

const tooLarge = () => new DomainError('TOO_LARGE', `文件过大:不超过 ${MAX_IMPORT_BYTES / 1024 / 1024} MB`, 'file');

/** @param findStaff who is signed in, if anybody */
export function makeStaffImport(db: Db, findStaff: (headers: Headers) => Promise<Omit<Actor, 'requestId'> | null>) {
  const door = new Hono<Door>();

  door.onError((error, c) => {
    if (!(error instanceof DomainError)) throw error;
    const { code, message, field = null } = error;
    const rows = error instanceof ImportRefused ? { rows: error.rows } : {};
    return c.json({ code, message, field, ...rows, request_id: c.get('requestId') }, ERROR_STATUS[code]);
  });

  const limit = bodyLimit({
    maxSize: MAX_IMPORT_BYTES + FORM_OVERHEAD,
    onError: () => {
      throw tooLarge();
    },
  });
  door.post('/import', limit, async (c) => {
    const person = await findStaff(c.req.raw.headers);
    if (!person) throw new DomainError('UNAUTHENTICATED', '请先登录');
    const actor: Actor = { ...person, requestId: c.get('requestId') };
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
