/**
 * How a Retry-After header becomes the `retryAfterMs` of a `Failure`. Reads; how long the wait may be,
 * and what it means for the host, is decided in policy.
 */

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

/** RFC 9110 §5.6.7: IMF-fixdate, and the two obsolete forms a recipient must still read. */
const IMF_FIXDATE = /^[a-z]{3}, (?<day>\d\d) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>[\d:]{8}) GMT$/i;
const RFC_850 = /^[a-z]{6,9}, (?<day>\d\d)-(?<month>[a-z]{3})-(?<year>\d\d) (?<time>[\d:]{8}) GMT$/i;
const ASCTIME = /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>[\d:]{8}) (?<year>\d{4})$/i;

/**
 * Reads a Retry-After value: seconds, or a date in one of the three formats of HTTP. Pure – the caller
 * brings the time. Never throws.
 *
 * @param value the header's value; null = no header
 * @param now   ms since epoch
 * @returns     the wait in ms from `now`, not capped but a safe integer; 0 for a date that has passed;
 *              null for no header or anything else, negative and fractional numbers included
 * @see RFC 9110 §10.2.3
 */
export function parseRetryAfter(value: string | null, now: number): number | null {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, Number.MAX_SAFE_INTEGER);
  const date = parseHttpDate(text, now);
  return date === null ? null : Math.max(0, Math.ceil(date - now));
}

/** By hand, because `Date.parse` takes almost anything for a date ("-5" is one). */
function parseHttpDate(text: string, now: number): number | null {
  const fields = (IMF_FIXDATE.exec(text) ?? RFC_850.exec(text) ?? ASCTIME.exec(text))?.groups;
  if (fields === undefined) return null;
  const { day = '', month = '', year = '', time = '' } = fields;
  const clock = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)$/.exec(time);
  if (clock === null) return null;
  const monthIndex = MONTHS.indexOf(month.toLowerCase());
  const fullYear = year.length === 2 ? nearestYear(Number(year), now) : Number(year);
  const midnight = new Date(0);
  midnight.setUTCFullYear(fullYear, monthIndex, Number(day));
  // A day the month does not have, or an unknown month, would roll over into another one.
  if (midnight.getUTCMonth() !== monthIndex || midnight.getUTCDate() !== Number(day)) return null;
  return midnight.getTime() + (Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3])) * 1000;
}

/** Of the years with these last digits, the one at most 50 years ahead and less than 50 ago (RFC 9110 §5.6.7). */
function nearestYear(lastDigits: number, now: number): number {
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + lastDigits;
  if (year > thisYear + 50) return year - 100;
  return year <= thisYear - 50 ? year + 100 : year;
}
