/** The tables of the audit trail on SQLite, and the figures that are counted from it. */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Who saw and did what. Rows are only ever added. */
export const auditEvents = sqliteTable(
  'audit_events',
  {
    /** Given by the chain, which has no gaps. */
    id: integer('id').primaryKey(),
    at: text('at').notNull(),
    action: text('action').notNull(),
    outcome: text('outcome').notNull(),
    /** Staff id, or `system:` and the program's name. */
    actor: text('actor').notNull(),
    actorRole: text('actor_role').notNull(),
    siteCode: text('site_code'),
    /** What it was about: card number, record id, voucher number or staff id. Never a name or a document number. */
    subject: text('subject'),
    detail: text('detail'),
    requestId: text('request_id').notNull(),
    /** SM3 over the row before's hash and this row; null only in rows of versions before the chain, until the next event. */
    hash: text('hash'),
    /**
     * 1: stands in the indexes by person, action, site, subject and time. Events enter them later, many at once, with the figures: whoever waits
     * for an answer does not wait for that, too. No part of the chain.
     */
    searchable: integer('searchable').notNull().default(1),
  },
  // SQLite adds `id` to each. A subject's beginning tells it apart and takes a third of a card number's room.
  (t) => [
    index('audit_by_actor').on(t.actor, t.id).where(sql`${t.searchable} = 1`),
    index('audit_by_action').on(t.action, t.id).where(sql`${t.searchable} = 1`),
    index('audit_by_site').on(t.siteCode, t.id).where(sql`${t.searchable} = 1`),
    index('audit_by_subject').on(sql`substr(${t.subject}, 1, 24)`).where(sql`${t.searchable} = 1`),
    index('audit_by_time').on(t.at).where(sql`${t.searchable} = 1`),
  ],
);

/**
 * The ends of the audit trail. Key 1: what the next event is chained to, and where a trail that was cut off should end. Key 2, once old
 * events were removed by their age: the last of them, which the first that is left is chained to.
 */
export const auditHead = sqliteTable('audit_head', {
  key: integer('key').primaryKey(),
  /** Of the last event; 0 before the first. */
  lastId: integer('last_id').notNull(),
  /** Its hash; empty before the first. */
  hash: text('hash').notNull(),
});

/** Counts of the audit trail's events, by day, hour and place: what the figures of the first page are made of. */
export const figures = sqliteTable(
  'figures',
  {
    /** In Shanghai, as all days. */
    day: text('day').notNull(),
    /** 0 to 23; 24 is the whole day. */
    hour: integer('hour').notNull(),
    /** A site's ten digits or a city's four; empty for the whole province. */
    place: text('place').notNull(),
    /** A word of `server/figures/metrics.ts`. */
    metric: text('metric').notNull(),
    count: integer('count').notNull(),
  },
  (t) => [primaryKey({ columns: [t.day, t.hour, t.place, t.metric] })],
);

/** How far the figures have come, one row. */
export const figuresHead = sqliteTable('figures_head', {
  key: integer('key').primaryKey(),
  /** Of the last audit event that was counted; 0 before the first. */
  lastId: integer('last_id').notNull(),
});
