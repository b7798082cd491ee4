/** The tables of the exchange on SQLite: batches with what was wrong in them, history of the records, credentials, issuers. */
import { index, integer, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { cities, records } from './schema.sqlite.ts';

/** Every change of a record: what, by which batch and app. Names the fields that changed, never what they held. */
export const recordChanges = sqliteTable(
  'record_changes',
  {
    id: integer('id').primaryKey(),
    recordSeq: integer('record_seq')
      .notNull()
      .references(() => records.seq),
    batchId: integer('batch_id')
      .notNull()
      .references(() => batches.id),
    operation: text('operation', { enum: ['i', 'u', 'd'] }).notNull(),
    cdTime: text('cd_time').notNull(),
    appRecordNoRecognize: text('app_record_no_recognize').notNull(),
    /** Names of the specification, joined by spaces; null for a new record. */
    changedFields: text('changed_fields'),
  },
  (t) => [index('record_changes_by_record').on(t.recordSeq)],
);

/** A city's batch and its receipt. */
export const batches = sqliteTable(
  'batches',
  {
    id: integer('id').primaryKey(),
    cdBatch: text('cd_batch').notNull().unique(),
    cityCode: text('city_code')
      .notNull()
      .references(() => cities.code),
    appId: text('app_id')
      .notNull()
      .references(() => credentials.appId),
    receivedAt: text('received_at').notNull(),
    /** Keyed digest (`indexOf`) of SHA-256 of the rows as they came, whatever the format: the same content is the same batch (X4). */
    digest: text('digest').notNull(),
    total: integer('total').notNull(),
    accepted: integer('accepted').notNull(),
    unchanged: integer('unchanged').notNull(),
    rejected: integer('rejected').notNull(),
    warnings: integer('warnings').notNull(),
  },
  (t) => [index('batches_by_city').on(t.cityCode)],
);

/** What a batch's row broke. Keys of `server/records/issues.ts`, joined by spaces: a value can't stand in it. */
export const batchIssues = sqliteTable(
  'batch_issues',
  {
    id: integer('id').primaryKey(),
    batchId: integer('batch_id')
      .notNull()
      .references(() => batches.id),
    /** From 1. */
    row: integer('row').notNull(),
    recordId: text('record_id'),
    errors: text('errors'),
    warnings: text('warnings'),
  },
  (t) => [uniqueIndex('batch_issues_key').on(t.batchId, t.row)],
);

/** A city platform's sign-in to the exchange. */
export const credentials = sqliteTable(
  'credentials',
  {
    appId: text('app_id').primaryKey(),
    cityCode: text('city_code')
      .notNull()
      .references(() => cities.code),
    /** What it is for, in the city's words. */
    label: text('label').notNull(),
    createdAt: text('created_at').notNull(),
    revokedAt: text('revoked_at'),
  },
  (t) => [index('credentials_by_city').on(t.cityCode, t.appId)],
);

/** A credential's secrets: one, or two while it is rotated. */
export const credentialSecrets = sqliteTable(
  'credential_secrets',
  {
    id: integer('id').primaryKey(),
    appId: text('app_id')
      .notNull()
      .references(() => credentials.appId),
    /** SHA-256 of the secret, for `Authorization: Bearer`. */
    digest: text('digest').notNull().unique(),
    /** The secret itself, sealed by AUTH_SECRET: HMAC-SM3 needs it. */
    sealed: text('sealed').notNull(),
    createdAt: text('created_at').notNull(),
    /** Set when a newer secret took over. */
    expiresAt: text('expires_at'),
  },
  (t) => [index('credential_secrets_by_app').on(t.appId)],
);

/** Who makes dynamic codes: the end of `CARD:0:DYN:ISSUER`. */
export const codeIssuers = sqliteTable(
  'code_issuers',
  {
    /** In upper case. */
    code: text('code').primaryKey(),
    cityCode: text('city_code')
      .notNull()
      .references(() => cities.code),
    /** What it is for, in the city's words. */
    label: text('label').notNull(),
    /** The secret, sealed by AUTH_SECRET: codes are verified with it. */
    sealed: text('sealed').notNull(),
    /** The secret before the last rotation, and until when it still holds. */
    previousSealed: text('previous_sealed'),
    previousUntil: text('previous_until'),
    createdAt: text('created_at').notNull(),
    revokedAt: text('revoked_at'),
  },
  (t) => [index('code_issuers_by_city').on(t.cityCode, t.code)],
);

/** Nonces of signed requests, kept as long as their time stamp could be taken. */
export const nonces = sqliteTable(
  'nonces',
  {
    appId: text('app_id').notNull(),
    nonce: text('nonce').notNull(),
    /** Milliseconds since 1970. */
    at: integer('at').notNull(),
  },
  (t) => [uniqueIndex('nonces_key').on(t.appId, t.nonce), index('nonces_by_time').on(t.at)],
);
