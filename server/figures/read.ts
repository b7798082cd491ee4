import { setImmediate as turn } from 'node:timers/promises';
import { and, eq, gt } from 'drizzle-orm';
import { type Db, isOneOf, tables } from '../../db/index.ts';
import { FIGURES_KEY } from '../audit/searchable.ts';
import { divisionName } from '../dictionaries/dictionaries.ts';
import { type Actor, authorise } from '../staff/actor.ts';
import { shanghaiDay, shanghaiTime } from '../time.ts';
import { PROVINCE, rollUp, WHOLE_DAY } from './roll-up.ts';
import { CODE_REFUSALS, type Metric, MOST_SITES, REFUSALS, type ReadFiguresInput } from './schema.ts';

const { auditEvents, figures, figuresHead, sites } = tables;

const DAYS = 30;
/** Chunks that are counted before an answer; more wait for the timer, and `asOf` tells. */
const CHUNKS = 50;
const DAY_MS = 24 * 60 * 60 * 1000;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

type Row = Pick<typeof figures.$inferSelect, 'day' | 'hour' | 'place' | 'metric' | 'count'>;
type Sums = Partial<Record<Metric, number>>;

/**
 * The figures of the first page: of the whole province, of the own site or of the own city's uploads, today or in the last 30 days
 * with today. Names no resident.
 * @throws DomainError FORBIDDEN (province, site_admin, city only)
 */
export async function readFigures(db: Db, actor: Actor, input: ReadFiguresInput) {
  const who = authorise(actor, 'province', 'site_admin', 'city');
  const now = new Date();
  const upToDate = await rollUp(db, CHUNKS);
  const days = Array.from({ length: input.period === 'today' ? 1 : DAYS }, (_, n) =>
    shanghaiDay(new Date(now.getTime() - n * DAY_MS)),
  ).reverse();
  const place = who.role === 'province' ? PROVINCE : ((who.role === 'city' ? who.cityCode : who.siteCode) ?? 'none');
  const [ofHours, ofDays, ofPlaces] = await Promise.all([
    rowsOf(db, days, HOURS, place),
    rowsOf(db, days, [WHOLE_DAY], place),
    who.role === 'province' ? sumsOfPlaces(db, days) : new Map<string, Sums>(),
  ]);
  const scanning = who.role !== 'city';
  return {
    period: input.period,
    from: days[0] ?? '',
    to: days.at(-1) ?? '',
    /** Until when events are counted: `yyyy-MM-dd HH:mm:ss`, Shanghai. */
    asOf: upToDate ? shanghaiTime(now) : await lastCounted(db),
    totals: totalsOf(sumOf(ofDays)),
    byHour: HOURS.map((hour) => ({ hour, ...totalsOf(sumOf(ofHours.filter((row) => row.hour === hour))) })),
    byDay: days.map((day) => ({ day, ...totalsOf(sumOf(ofDays.filter((row) => row.day === day))) })),
    refusals: scanning ? refusalsOf(sumOf(ofDays)) : null,
    /** Those with the most scans. */
    bySite: who.role === 'province' ? await mostBusySites(db, ofPlaces) : null,
    byCity: scanning && who.role !== 'province' ? null : citiesOf(ofPlaces, place, sumOf(ofDays)),
  };
}

function rowsOf(db: Db, days: string[], hours: number[], place: string): Promise<Row[]> {
  return db.read
    .select()
    .from(figures)
    .where(and(isOneOf(figures.day, days), isOneOf(figures.hour, hours), eq(figures.place, place)));
}

/** Every site and city by itself, day by day: thousands of sites must not keep a nurse waiting. */
async function sumsOfPlaces(db: Db, days: string[]): Promise<Map<string, Sums>> {
  const places = new Map<string, Sums>();
  for (const day of days) {
    const rows = await db.read
      .select()
      .from(figures)
      .where(and(eq(figures.day, day), eq(figures.hour, WHOLE_DAY), gt(figures.place, PROVINCE)));
    for (const row of rows) {
      const sums = places.get(row.place) ?? {};
      add(sums, row);
      places.set(row.place, sums);
    }
    await turn();
  }
  return places;
}

function add(sums: Sums, { metric, count }: Row): void {
  sums[metric as Metric] = (sums[metric as Metric] ?? 0) + count;
}

function sumOf(rows: Row[]): Sums {
  const sums: Sums = {};
  for (const row of rows) add(sums, row);
  return sums;
}

function totalsOf(sums: Sums) {
  const accepted = sums['upload.accepted'] ?? 0;
  const rejected = sums['upload.rejected'] ?? 0;
  const total = (metrics: readonly Metric[]) => metrics.reduce((sum, metric) => sum + (sums[metric] ?? 0), 0);
  const notAuthenticated = (sums['scan.unauthenticated'] ?? 0) + (sums['scan.unknown'] ?? 0);
  return {
    scans: (sums['scan.authenticated'] ?? 0) + notAuthenticated + total(CODE_REFUSALS),
    vouchers: sums['voucher.issued'] ?? 0,
    reprints: sums['voucher.reprinted'] ?? 0,
    voids: sums['voucher.voided'] ?? 0,
    refused: total(REFUSALS),
    batches: sums['upload.batches'] ?? 0,
    accepted,
    unchanged: sums['upload.unchanged'] ?? 0,
    rejected,
  };
}

const refusalsOf = (sums: Sums) =>
  REFUSALS.map((reason) => ({ reason, count: sums[reason] ?? 0 }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);

async function mostBusySites(db: Db, places: Map<string, Sums>) {
  const busy = [...places]
    .filter(([place]) => place.length === 10)
    .map(([code, sums]) => ({ code, ...totalsOf(sums) }))
    .sort((a, b) => b.scans - a.scans || (a.code < b.code ? -1 : 1))
    .slice(0, MOST_SITES);
  const codes = busy.map(({ code }) => code);
  const named = await db.read
    .select({ code: sites.code, name: sites.name })
    .from(sites)
    .where(isOneOf(sites.code, codes));
  const names = new Map(named.map(({ code, name }) => [code, name]));
  return busy.map(({ code, scans, vouchers, refused }) => ({
    code,
    name: names.get(code) ?? code,
    scans,
    vouchers,
    refused,
  }));
}

/** A city sees its own line, the province all of them. */
function citiesOf(places: Map<string, Sums>, place: string, own: Sums) {
  const cities: [string, Sums][] =
    place === PROVINCE ? [...places].filter(([code]) => code.length === 4) : [[place, own]];
  return cities
    .map(([code, sums]) => {
      const { batches, accepted, unchanged, rejected } = totalsOf(sums);
      const total = accepted + unchanged + rejected;
      return {
        ...{ code, name: divisionName(`${code}00`), batches, accepted, unchanged, rejected, total },
        /** Of all records that came, 0 to 1. */
        refusalRate: total === 0 ? 0 : rejected / total,
      };
    })
    .filter(({ batches }) => batches > 0)
    .sort((a, b) => b.total - a.total);
}

async function lastCounted(db: Db): Promise<string> {
  const [head] = await db.read.select().from(figuresHead).where(eq(figuresHead.key, FIGURES_KEY));
  const [event] = await db.read
    .select({ at: auditEvents.at })
    .from(auditEvents)
    .where(eq(auditEvents.id, head?.lastId ?? 0));
  return shanghaiTime(new Date(event?.at ?? 0));
}
