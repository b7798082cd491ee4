/**
 * The tables on SQLite. Columns of the authentication record carry the specification's names (record fields of 5.2.2).
 * Times of our own are UTC in ISO 8601; `day` is the date in Asia/Shanghai; `cd_time` is the record's own, in Shanghai time.
 */
import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { staff } from './schema.staff.sqlite.ts';
import { sealedJson, sealedText } from './sealed-columns.ts';

/**
 * 实名认证记录: the 25 fields. A row whose `cd_operation` is `d` is withdrawn: kept, and authenticates nobody.
 * Indexes are as narrow as their searches allow (SQLite adds `seq` to each): wide ones cost an upload most of its time
 * at a million rows (docs/decisions/007).
 */
export const records = sqliteTable(
  'authentication_records',
  {
    seq: integer('seq').primaryKey(),
    id: text('id').notNull().unique(),
    erhcCardNo: text('erhc_card_no').notNull(),
    empi: text('empi').notNull(),
    name: text('name').notNull(),
    sex: text('sex').notNull(),
    nation: text('nation'),
    nationality: text('nationality'),
    birthday: text('birthday').notNull(),
    address: sealedText('address'),
    idCardTypeCode: text('id_card_type_code').notNull(),
    idcode: sealedText('idcode').notNull(),
    phone: sealedText('phone').notNull(),
    linkman: sealedText('linkman'),
    telephone: sealedText('telephone'),
    birthplace: sealedText('birthplace'),
    countyCode: text('county_code'),
    currentAddress: sealedText('current_address'),
    authenticationMethod: text('authentication_method'),
    appRecordNo: text('app_record_no').notNull(),
    appRecordNoRecognize: text('app_record_no_recognize').notNull(),
    recognizeFlag: integer('recognize_flag').notNull(),
    cdTime: text('cd_time').notNull(),
    cdSource: text('cd_source').notNull(),
    cdBatch: text('cd_batch').notNull(),
    cdOperation: text('cd_operation', { enum: ['i', 'u', 'd'] }).notNull(),
    /** What was odd and stopped nothing: keys of `server/records/issues.ts`, joined by spaces. */
    warnings: text('warnings'),
    /** What lists filter by, as one number. */
    facetId: integer('facet_id')
      .notNull()
      .references(() => recordFacets.id),
    /** By which document number and phone are found: `indexesOf`. Null only in rows of before, until they are sealed at the first start. */
    idcodeIndex: text('idcode_index').notNull(),
    phoneIndex: text('phone_index').notNull(),
  },
  (t) => [
    index('records_by_card').on(sql`substr(${t.erhcCardNo}, 1, 16)`),
    index('records_by_time').on(t.cdTime),
    index('records_by_facet').on(t.facetId, t.cdTime),
    index('records_by_name').on(t.facetId, t.name, t.cdTime),
    index('records_by_idcode').on(t.idcodeIndex),
    index('records_by_phone').on(t.phoneIndex),
  ],
);

/**
 * Every combination of what records are filtered by that occurs: some hundreds. A list goes through the index of each facet that
 * its filter asks for, so a rare combination costs what a common one does (docs/decisions/010).
 */
export const recordFacets = sqliteTable(
  'record_facets',
  {
    id: integer('id').primaryKey(),
    cdSource: text('cd_source').notNull(),
    appRecordNoRecognize: text('app_record_no_recognize').notNull(),
    state: text('state', { enum: ['authenticated', 'unauthenticated', 'withdrawn'] }).notNull(),
    /** `authentication_method`; empty where there is none. */
    methods: text('methods').notNull(),
  },
  (t) => [uniqueIndex('record_facets_key').on(t.cdSource, t.appRecordNoRecognize, t.state, t.methods)],
);

/** Cities: `code` is the first four digits of the division code (`cd_source`). */
export const cities = sqliteTable('cities', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
});

/** 接种单位: `code` has ten digits. */
export const sites = sqliteTable(
  'sites',
  {
    code: text('code').primaryKey(),
    name: text('name').notNull(),
    /** The voucher's paper: A5 sheet or 80 mm roll. */
    paper: text('paper', { enum: ['A5', '80mm'] }).notNull(),
    /** Where the resident goes with the voucher. */
    nextStation: text('next_station').notNull(),
    /** Six digits (GB/T 2260). */
    divisionCode: text('division_code'),
    /** The tablet's browser prints without asking, so the page need not wait for a tap. */
    kioskPrinting: integer('kiosk_printing', { mode: 'boolean' }).notNull().default(false),
    /** Whether a static code (`CARD:1`) is taken, or a dynamic one only. */
    staticCodes: integer('static_codes', { mode: 'boolean' }).notNull().default(true),
    /**
     * Whether a dynamic code is taken whose issuer's secret the province does not hold. The default is what sites got that were there before
     * the choice was, and can't change without making the table anew: a new site always says it (`SITE_DEFAULTS`).
     */
    unknownIssuers: integer('unknown_issuers', { mode: 'boolean' }).notNull().default(true),
    /** After so many minutes without a touch or a scan a tablet locks; 0: never. */
    idleLockMinutes: integer('idle_lock_minutes').notNull().default(5),
  },
  (t) => [index('sites_by_division').on(t.divisionCode, t.code), index('sites_by_name').on(t.name, t.code)],
);

/** What a voucher's paper says, as it was verified at issue. */
export interface VoucherSnapshot {
  name: string;
  sex: string;
  age: string;
  idCardType: string;
  /** Masked. */
  idcode: string;
  siteName: string;
  issuedByName: string;
  nextStation: string;
}

/** 接种凭证. One live voucher a resident (card), site and day; serials of a site's day have no gaps. */
export const vouchers = sqliteTable(
  'vouchers',
  {
    voucherNo: text('voucher_no').primaryKey(),
    siteCode: text('site_code')
      .notNull()
      .references(() => sites.code),
    day: text('day').notNull(),
    serial: integer('serial').notNull(),
    erhcCardNo: text('erhc_card_no').notNull(),
    recordId: text('record_id')
      .notNull()
      .references(() => records.id),
    snapshot: sealedJson<VoucherSnapshot>('snapshot').notNull(),
    issuedAt: text('issued_at').notNull(),
    issuedBy: text('issued_by')
      .notNull()
      .references(() => staff.id),
    /** 1 for the first print; each reprint adds one. */
    printCount: integer('print_count').notNull(),
    voidedAt: text('voided_at'),
    voidedBy: text('voided_by').references(() => staff.id),
    voidReason: text('void_reason'),
  },
  (t) => [
    uniqueIndex('vouchers_by_serial').on(t.siteCode, t.day, t.serial),
    uniqueIndex('vouchers_live').on(t.siteCode, t.day, t.erhcCardNo).where(sql`${t.voidedAt} is null`),
    index('vouchers_by_issuer').on(t.issuedBy, t.day, t.issuedAt, t.voucherNo),
    index('vouchers_by_day').on(t.day, t.issuedAt, t.voucherNo),
    index('vouchers_voided').on(t.day, t.issuedAt, t.voucherNo).where(sql`${t.voidedAt} is not null`),
    index('vouchers_by_record').on(t.recordId),
  ],
);

/** The last serial given out for a site's day. */
export const voucherSerials = sqliteTable(
  'voucher_serials',
  {
    siteCode: text('site_code')
      .notNull()
      .references(() => sites.code),
    day: text('day').notNull(),
    lastSerial: integer('last_serial').notNull(),
  },
  (t) => [uniqueIndex('voucher_serials_key').on(t.siteCode, t.day)],
);
