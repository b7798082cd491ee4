/** The tables of the keys of personal data on SQLite (docs/decisions/015): no secret stands in them. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Which keys the database needs, and how to tell them from others of the same name. */
export const dataKeys = sqliteTable('data_keys', {
  /** A key's id, or `index`. */
  id: text('id').primaryKey(),
  /** A known text, sealed by the key; of `index` its index. */
  proof: text('proof').notNull(),
});

/** How far personal data is sealed (values of before), or sealed anew by another key. */
export const sealingProgress = sqliteTable(
  'sealing_progress',
  {
    task: text('task', { enum: ['seal', 'rotate'] }).notNull(),
    /** A table's name; `file`: whether the whole file was written anew, so that nothing of before lies in its gaps. */
    part: text('part').notNull(),
    /** The key that the rows were to be sealed by. */
    keyId: text('key_id').notNull(),
    /** Of the last row that is done, its primary key; null before the first. */
    position: text('position'),
    done: integer('done', { mode: 'boolean' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.task, t.part] })],
);
