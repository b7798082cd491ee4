import type { Contents } from '../../db/backup.ts';

/** What is in a database, in one line. */
export function describeContents({
  size,
  version,
  counts,
  trail,
}: Contents & { trail: { count: number; head: string } }): string {
  const rows = Object.entries(counts).map(([table, count]) => `${count} ${table}`);
  return `database of ${size} bytes, version ${version}, ${rows.join(', ')}; audit trail whole, head ${trail.head}`;
}
