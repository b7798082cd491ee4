/** Asia/Shanghai is UTC+8 all year; of 1986 to 1991, whose summers were an hour ahead, nothing of ours tells. */
const OFFSET_MS = 8 * 60 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** `yyyy-MM-dd HH:mm:ss` in Asia/Shanghai: the form of `cd_time`. */
export function shanghaiTime(at: Date): string {
  return inShanghai(at).slice(0, 19).replace('T', ' ');
}

let lastDay = { number: Number.NaN, day: '' };
/** `yyyy-MM-dd` in Asia/Shanghai: a site's day. */
export function shanghaiDay(at: Date): string {
  const number = Math.floor((at.getTime() + OFFSET_MS) / DAY_MS);
  // Mostly today.
  if (number !== lastDay.number) lastDay = { number, day: inShanghai(at).slice(0, 10) };
  return lastDay.day;
}

let present = { ms: Number.NaN, iso: '' };
/** This moment in ISO 8601, UTC: written once for all that happens in the same millisecond. */
export function isoNow(): string {
  const ms = Date.now();
  if (ms !== present.ms) present = { ms, iso: new Date(ms).toISOString() };
  return present.iso;
}

/** Not by `Intl`, which takes five times as long: every scan asks for its day, and the figures for each event's hour. */
const inShanghai = (at: Date) => new Date(at.getTime() + OFFSET_MS).toISOString();

/** The first and the last moment of a day `yyyy-MM-dd` in Shanghai, as times of our own are stored: UTC, ISO 8601. */
export const firstMomentOf = (day: string) => new Date(`${day}T00:00:00.000+08:00`).toISOString();
export const lastMomentOf = (day: string) => new Date(`${day}T23:59:59.999+08:00`).toISOString();

/**
 * Age in words: years, or months below one year, as vaccination sites write it.
 * @param birthday `yyyy-MM-dd`
 * @param day `yyyy-MM-dd`, not before the birthday
 */
export function ageInWords(birthday: string, day: string): string {
  const months = monthsBetween(birthday, day);
  return months >= 12 ? `${Math.floor(months / 12)} 岁` : `${Math.max(months, 0)} 个月`;
}

/** Whole years between two days `yyyy-MM-dd`. */
export function yearsBetween(birthday: string, day: string): number {
  return Number(day.slice(0, 4)) - Number(birthday.slice(0, 4)) - (day.slice(5) < birthday.slice(5) ? 1 : 0);
}

function monthsBetween(from: string, to: string): number {
  const months = (day: string) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));
  return months(to) - months(from) - (to.slice(8) < from.slice(8) ? 1 : 0);
}
