/** The tables of the filing register (备案) on SQLite: the form of 5.1, its versions, its way and its files. */
import { blob, index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { cities } from './schema.sqlite.ts';
import { sealedJson } from './sealed-columns.ts';

/** What a city writes into 《市级码管平台移动应用开展接种疫苗服务备案申请表》 (F1), the app's name aside. */
export interface FilingForm {
  /** 应用所属机构 */
  appOrganisation: string;
  /** 机构备案号 */
  organisationRecordNo: string;
  /** 建设单位 and 建设单位联系人 */
  builder: string;
  builderContact: string;
  /** 开发单位 and 开发单位联系人 */
  developer: string;
  developerContact: string;
  /** 实名认证方式: digits 1 to 4 joined by `^`, as `authentication_method` of a record. */
  authenticationMethod: string;
}

/** 备案: an app that a city files. Records refer to both numbers, which the approval gives (X2). */
export const filings = sqliteTable(
  'filings',
  {
    id: integer('id').primaryKey({ autoIncrement: true }),
    cityCode: text('city_code')
      .notNull()
      .references(() => cities.code),
    state: text('state', {
      enum: ['draft', 'submitted', 'handed_in', 'returned', 'refused', 'approved', 'revoked'],
    }).notNull(),
    /** 应用名称 */
    appName: text('app_name').notNull(),
    form: sealedJson<FilingForm>('form').notNull(),
    /** How often it was submitted. */
    version: integer('version').notNull(),
    /** 应用备案号 */
    appRecordNoRecognize: text('app_record_no_recognize').unique(),
    /** 接入组件入网编码 */
    appRecordNo: text('app_record_no').unique(),
    /** 管理单位意见, of the last decision. */
    opinion: text('opinion'),
    updatedAt: text('updated_at').notNull(),
  },
  (t) => [index('filings_by_city').on(t.cityCode, t.id), index('filings_by_state').on(t.state, t.id)],
);

/** The form as it was submitted each time, to be compared. */
export const filingVersions = sqliteTable(
  'filing_versions',
  {
    id: integer('id').primaryKey(),
    filingId: integer('filing_id')
      .notNull()
      .references(() => filings.id),
    version: integer('version').notNull(),
    appName: text('app_name').notNull(),
    form: sealedJson<FilingForm>('form').notNull(),
    /** Ids of the pictures (`filing_files`), in their order. */
    screens: text('screens', { mode: 'json' }).$type<string[]>().notNull(),
    submittedAt: text('submitted_at').notNull(),
  },
  (t) => [uniqueIndex('filing_versions_key').on(t.filingId, t.version)],
);

/** The way of a filing: every move from state to state. Rows are only ever added. */
export const filingMoves = sqliteTable(
  'filing_moves',
  {
    id: integer('id').primaryKey(),
    filingId: integer('filing_id')
      .notNull()
      .references(() => filings.id),
    at: text('at').notNull(),
    move: text('move').notNull(),
    from: text('from_state').notNull(),
    to: text('to_state').notNull(),
    version: integer('version').notNull(),
    /** Staff id, or `system:` and the program's name. */
    actor: text('actor').notNull(),
    opinion: text('opinion'),
  },
  (t) => [index('filing_moves_by_filing').on(t.filingId, t.id)],
);

/** Pictures of the authentication screens (实名认证界面设计) and scans of the stamped form. */
export const filingFiles = sqliteTable(
  'filing_files',
  {
    id: text('id').primaryKey(),
    filingId: integer('filing_id')
      .notNull()
      .references(() => filings.id),
    kind: text('kind', { enum: ['screen', 'stamped'] }).notNull(),
    /** As the uploader called it. */
    name: text('name').notNull(),
    contentType: text('content_type', { enum: ['image/png', 'image/jpeg', 'application/pdf'] }).notNull(),
    /** Bytes of `content`. */
    size: integer('size').notNull(),
    /** SHA-256 of `content`. */
    digest: text('digest').notNull(),
    content: blob('content', { mode: 'buffer' }).notNull(),
    addedAt: text('added_at').notNull(),
    /** Set when it no longer belongs to the form; it stays while a version shows it. */
    removedAt: text('removed_at'),
  },
  (t) => [index('filing_files_by_filing').on(t.filingId, t.kind, t.addedAt)],
);
