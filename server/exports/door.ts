/** The files of exports, one by one; everything else of exports is tRPC. `/api/exports` */
import { Readable } from 'node:stream';
import type { Db } from '../../db/index.ts';
import { type FindStaff, makeDoor } from '../door.ts';
import { DomainError } from '../errors.ts';
import type { Exports } from './jobs.ts';
import { openExport } from './run.ts';
import { exportInput } from './schema.ts';

const TYPES = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export function makeExportFiles(db: Db, exports: Exports, findStaff: FindStaff) {
  const { door, actorOf } = makeDoor(findStaff);

  door.get('/:id/file', async (c) => {
    const actor = await actorOf(c);
    const input = exportInput.safeParse({ id: c.req.param('id') });
    if (!input.success) throw new DomainError('BAD_INPUT', '导出编号有误', 'id');
    const { source, format, startedAt, read } = await openExport(db, exports, actor, input.data);
    const name = `${source}-${startedAt.replace(/\D/g, '')}.${format}`;
    return c.body(Readable.toWeb(read()) as ReadableStream, 200, {
      'Content-Type': TYPES[format],
      'Content-Disposition': `attachment; filename="${name}"`,
    });
  });

  return door;
}
