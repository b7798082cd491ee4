const DAY = /^\d{4}(?:-\d{2}-\d{2}|\d{4})$/;
const TIME = /^\d{4}-\d{2}-\d{2} (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d$|^\d{8}(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/;
const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** D8: `yyyy-MM-dd` or `yyyyMMdd` of a day that was or will be, as `yyyy-MM-dd`; else null. */
export function toDay(text: string): string | null {
  if (!DAY.test(text)) return null;
  const day = text.length === 8 ? `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}` : text;
  const [year, month, date] = [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8))];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 && leap ? 29 : (LENGTHS[month - 1] ?? 0);
  return year >= 1800 && date >= 1 && date <= length ? day : null;
}

/** DT14: `yyyy-MM-dd HH:mm:ss` or `yyyyMMddHHmmss`, as the former; else null. */
export function toTime(text: string): string | null {
  if (!TIME.test(text)) return null;
  const [day, time] = text.length === 14 ? [text.slice(0, 8), text.slice(8).replace(/..\B/g, '$&:')] : text.split(' ');
  const known = toDay(day ?? '');
  return known && `${known} ${time}`;
}
