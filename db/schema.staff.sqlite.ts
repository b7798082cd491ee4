/** People and what lets them in: staff, sessions, passwords, second factors, PINs. Times as in schema.sqlite.ts. */
import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { cities, sites } from './schema.sqlite.ts';

/** Staff, as better-auth's `user`, with what this console adds: role and where it holds. */
export const staff = sqliteTable(
  'staff',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    email: text('email').notNull().unique(),
    emailVerified: integer('email_verified', { mode: 'boolean' }).notNull().default(false),
    image: text('image'),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    updatedAt: integer('updated_at', { mode: 'timestamp_ms' }).notNull(),
    username: text('username').notNull().unique(),
    displayUsername: text('display_username'),
    role: text('role', { enum: ['nurse', 'site_admin', 'city', 'province', 'auditor'] }).notNull(),
    siteCode: text('site_code').references(() => sites.code),
    cityCode: text('city_code').references(() => cities.code),
    /** Set while the person may not sign in. */
    lockedAt: text('locked_at'),
    /** Somebody else knows the password: it is changed before anything else. */
    mustChangePassword: integer('must_change_password', { mode: 'boolean' }).notNull().default(false),
    /** Signing in asks for a code, too. */
    twoFactorEnabled: integer('two_factor_enabled', { mode: 'boolean' }).notNull().default(false),
  },
  (t) => [
    index('staff_by_site').on(t.siteCode, t.username),
    index('staff_by_city').on(t.cityCode, t.username),
    index('staff_by_role').on(t.role, t.username),
    index('staff_by_name').on(t.name, t.username),
    index('staff_locked').on(t.username).where(sql`${t.lockedAt} is not null`),
  ],
);

export const sessions = sqliteTable(
  'sessions',
  {
    id: text('id').primaryKey(),
    token: text('token').notNull().unique(),
    userId: text('user_id')
      .notNull()
      .references(() => staff.id, { onDelete: 'cascade' }),
    expiresAt: integer('expires_at', { mode: 'timestamp_ms' }).notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    updatedAt: integer('updated_at', { mode: 'timestamp_ms' }).notNull(),
    /** Set while the tablet's screen is locked. */
    screenLockedAt: text('screen_locked_at'),
    /** Wrong PINs and passwords at the locked screen, in a row. */
    unlockFailures: integer('unlock_failures').notNull().default(0),
  },
  (t) => [index('sessions_by_user').on(t.userId)],
);

/** better-auth's accounts: here only `credential`, with the password's hash. */
export const accounts = sqliteTable(
  'accounts',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: text('user_id')
      .notNull()
      .references(() => staff.id, { onDelete: 'cascade' }),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: integer('access_token_expires_at', { mode: 'timestamp_ms' }),
    refreshTokenExpiresAt: integer('refresh_token_expires_at', { mode: 'timestamp_ms' }),
    scope: text('scope'),
    password: text('password'),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    updatedAt: integer('updated_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (t) => [index('accounts_by_user').on(t.userId)],
);

/** better-auth's notes: who has given the password and still owes the code, and how often a wrong one was given. */
export const verifications = sqliteTable(
  'verifications',
  {
    id: text('id').primaryKey(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: integer('expires_at', { mode: 'timestamp_ms' }).notNull(),
    createdAt: integer('created_at', { mode: 'timestamp_ms' }).notNull(),
    updatedAt: integer('updated_at', { mode: 'timestamp_ms' }).notNull(),
  },
  (t) => [
    index('verifications_by_identifier').on(t.identifier, t.createdAt),
    index('verifications_by_expiry').on(t.expiresAt),
  ],
);

/** What makes the codes of those who sign in with one: both columns sealed by better-auth with the auth secret. */
export const twoFactors = sqliteTable(
  'two_factors',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => staff.id, { onDelete: 'cascade' }),
    secret: text('secret').notNull(),
    backupCodes: text('backup_codes').notNull(),
    /** Whether a code was given once: until then signing in asks for none. */
    verified: integer('verified', { mode: 'boolean' }).notNull().default(false),
    failedVerificationCount: integer('failed_verification_count').notNull().default(0),
    lockedUntil: integer('locked_until', { mode: 'timestamp_ms' }),
  },
  (t) => [index('two_factors_by_user').on(t.userId)],
);

/** Who failed to sign in, in a row: a name or an address, as a keyed hash (server/staff/lockout.ts). */
export const signInFailures = sqliteTable(
  'sign_in_failures',
  {
    key: text('key').primaryKey(),
    failures: integer('failures').notNull(),
    /** When the next try may come, ms since 1970. */
    until: integer('until').notNull(),
    /** The last one, ms since 1970. */
    failedAt: integer('failed_at').notNull(),
    /** Of a name: the keys of the addresses that its failures came from. */
    addresses: text('addresses', { mode: 'json' }).$type<string[]>(),
  },
  (t) => [index('sign_in_failures_by_time').on(t.failedAt)],
);

/** The PINs that unlock a nurse's tablet, as argon2id says them. */
export const pins = sqliteTable('pins', {
  staffId: text('staff_id')
    .primaryKey()
    .references(() => staff.id, { onDelete: 'cascade' }),
  hash: text('hash').notNull(),
  setAt: text('set_at').notNull(),
});
