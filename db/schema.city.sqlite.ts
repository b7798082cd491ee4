/**
 * The tables of one city's own platform (server/city) on SQLite. The province's side never looks into them, nor this side into the
 * province's: they meet at the exchange's HTTP door only.
 */
import { sql } from 'drizzle-orm';
import {
  type AnySQLiteColumn,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';
import { isAccepted, isOpen } from './outbox-states.ts';
import { sealedJson, sealedText } from './sealed-columns.ts';

/** Persons whom the operator has imported: what a resident's own words are compared with. */
export const cityRegister = sqliteTable(
  'city_register',
  {
    id: integer('id').primaryKey(),
    name: text('name').notNull(),
    idCardTypeCode: text('id_card_type_code').notNull(),
    idcode: sealedText('idcode').notNull(),
    idcodeIndex: text('idcode_index').notNull(),
    phone: sealedText('phone'),
    nation: text('nation'),
    /** When somebody at a counter saw the document: adds method 4 现场认证. */
    onSiteAt: text('on_site_at'),
  },
  (t) => [uniqueIndex('city_register_key').on(t.idCardTypeCode, t.idcodeIndex)],
);

/** A phone that somebody authenticated on. */
export const cityAccounts = sqliteTable('city_accounts', {
  id: integer('id').primaryKey(),
  /** SHA-256 of the cookie. */
  tokenDigest: text('token_digest').notNull().unique(),
  createdAt: text('created_at').notNull(),
  expiresAt: text('expires_at').notNull(),
});

/** Residents who are authenticated now; deleted when consent is withdrawn. */
export const cityResidents = sqliteTable(
  'city_residents',
  {
    id: integer('id').primaryKey(),
    name: text('name').notNull(),
    idCardTypeCode: text('id_card_type_code').notNull(),
    idcode: sealedText('idcode').notNull(),
    idcodeIndex: text('idcode_index').notNull(),
    sex: text('sex').notNull(),
    nation: text('nation'),
    nationality: text('nationality'),
    birthday: text('birthday').notNull(),
    phone: sealedText('phone').notNull(),
    /** Of a child: its guardian's name, and who that is. */
    linkman: sealedText('linkman'),
    guardianId: integer('guardian_id').references((): AnySQLiteColumn => cityResidents.id, { onDelete: 'set null' }),
    erhcCardNo: text('erhc_card_no').notNull(),
    empi: text('empi').notNull(),
    /** 实名认证方式, e.g. `2^4`. */
    methods: text('methods').notNull(),
    /** The record's `id`: another one for each consent. */
    recordId: text('record_id').notNull().unique(),
    authenticatedAt: text('authenticated_at').notNull(),
  },
  (t) => [
    uniqueIndex('city_residents_key').on(t.idCardTypeCode, t.idcodeIndex),
    index('city_residents_by_guardian').on(t.guardianId).where(sql`${t.guardianId} is not null`),
  ],
);

/** Whom a phone shows codes of, and by whose consent. */
export const cityMembers = sqliteTable(
  'city_members',
  {
    accountId: integer('account_id')
      .notNull()
      .references(() => cityAccounts.id, { onDelete: 'cascade' }),
    residentId: integer('resident_id')
      .notNull()
      .references(() => cityResidents.id, { onDelete: 'cascade' }),
    relation: text('relation', { enum: ['self', 'child', 'elder', 'other'] }).notNull(),
    consentedAt: text('consented_at').notNull(),
    consentVersion: text('consent_version').notNull(),
    /** What was passed on this phone, e.g. `2^4`; the resident may have passed more on another. */
    methods: text('methods').notNull().default(''),
    /** The guardian who consented for a child under 14; null: the resident. */
    consentedBy: integer('consented_by').references(() => cityResidents.id, { onDelete: 'set null' }),
  },
  (t) => [
    primaryKey({ columns: [t.accountId, t.residentId] }),
    index('city_members_by_resident').on(t.residentId),
    index('city_members_by_guardian').on(t.consentedBy).where(sql`${t.consentedBy} is not null`),
  ],
);

/** A field of a record that the province refused. */
export interface RefusedField {
  field: string;
  code: string;
  message: string;
}

/** What is to be told to the province, written in the transaction of what happened. */
export const cityOutbox = sqliteTable(
  'city_outbox',
  {
    /** In the order in which it happened; never given twice. */
    id: integer('id').primaryKey({ autoIncrement: true }),
    recordId: text('record_id').notNull(),
    operation: text('operation', { enum: ['i', 'u', 'd'] }).notNull(),
    cdTime: text('cd_time').notNull(),
    /** The record's fields without `cd_batch`; null once it is settled for good: no personal data is kept for nothing. */
    record: sealedJson<Record<string, string | null>>('record'),
    /** The batch that it went with. */
    cdBatch: text('cd_batch'),
    /** `retried`: it was refused, and a newer row says it again; `unsaid`: its resident withdrew before the province took it. */
    state: text('state', { enum: ['waiting', 'sent', 'accepted', 'refused', 'retried', 'unsaid'] }).notNull(),
    errors: text('errors', { mode: 'json' }).$type<RefusedField[]>(),
    createdAt: text('created_at').notNull(),
    settledAt: text('settled_at'),
  },
  (t) => [
    index('city_outbox_by_state').on(t.state, t.id).where(isOpen(t.state)),
    index('city_outbox_by_record').on(t.recordId, t.id),
    index('city_outbox_by_batch').on(t.cdBatch, t.id).where(sql`${t.cdBatch} is not null`),
    index('city_outbox_by_time').on(t.cdTime).where(isAccepted(t.state)),
  ],
);
