const DAY = /^(\d{4})-(\d{2})-(\d{2})$|^(\d{4})(\d{2})(\d{2})$/;
const TIME = /^(\d{4}-\d{2}-\d{2}) ([01]\d|2[0-3]):([0-5]\d):([0-5]\d)$|^(\d{8})([01]\d|2[0-3])([0-5]\d)([0-5]\d)$/;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** D8: `yyyy-MM-dd` or `yyyyMMdd` of a day that was or will be, as `yyyy-MM-dd`; else null. */
export function toDay(text: string): string | null {
  const match = DAY.exec(text);
  if (!match) return null;
  const [year = '', month = '', day = ''] = match[1] ? match.slice(1, 4) : match.slice(4, 7);
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const length = month === '02' && leap ? 29 : (LENGTHS[Number(month) - 1] ?? 0);
  if (Number(year) < 1800 || Number(day) < 1 || Number(day) > length) return null;
  return `${year}-${month}-${day}`;
}

/** DT14: `yyyy-MM-dd HH:mm:ss` or `yyyyMMddHHmmss`, as the former; else null. */
export function toTime(text: string): string | null {
  const match = TIME.exec(text);
  if (!match) return null;
  const day = toDay(match[1] ?? match[5] ?? '');
  const [hour, minute, second] = match[1] ? match.slice(2, 5) : match.slice(6, 9);
  return day && `${day} ${hour}:${minute}:${second}`;
}
