/**
 * Civil days in UTC and half-open spans of them (billing-rules 26, 27). A range is the token that
 * stands in the address; it becomes a span with the server's day, so that "this month" stays true
 * in a link.
 */

/** "2026-10-31". */
export type Day = string;

/** Days from `from` up to, not including, `until`. */
export interface Span {
  readonly from: Day;
  readonly until: Day;
}

export const PRESETS = [
  "this-month",
  "last-month",
  "last-7-days",
  "last-30-days",
  "this-year",
  "last-12-months",
] as const;

const MS_PER_DAY = 86_400_000;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/;
const YEAR = /^\d{4}$/;

const ms = (day: Day): number => Date.parse(`${day}T00:00:00Z`);
const day = (instant: number): Day => new Date(instant).toISOString().slice(0, 10);

/** The day `count` days after (before, when negative). */
export function addDays(from: Day, count: number): Day {
  return day(ms(from) + count * MS_PER_DAY);
}

/** The first day of the month `count` months after the month of `from`. */
export function monthStart(from: Day, count = 0): Day {
  const [year = 0, month = 1] = from.split("-").map(Number);
  return day(Date.UTC(year, month - 1 + count, 1));
}

/** Number of days in a span. */
export function length(span: Span): number {
  return Math.round((ms(span.until) - ms(span.from)) / MS_PER_DAY);
}

/** Whether this is a range that `resolve` understands. */
export function isRange(token: string): boolean {
  if ((PRESETS as readonly string[]).includes(token)) return true;
  if (MONTH.test(token) || YEAR.test(token)) return true;
  const [from, to] = token.split("..");
  return isDay(from) && isDay(to) && from <= to;
}

/** Whether this names a day that exists. */
export function isDay(text: string | undefined): text is Day {
  return text !== undefined && DAY.test(text) && day(ms(text)) === text;
}

/** The span of a range on the day `today`. Custom ranges name their last day: "from..to". */
export function resolve(token: string, today: Day): Span {
  const tomorrow = addDays(today, 1);
  if (token === "this-month") return { from: monthStart(today), until: monthStart(today, 1) };
  if (token === "last-month") return { from: monthStart(today, -1), until: monthStart(today) };
  if (token === "last-7-days") return { from: addDays(tomorrow, -7), until: tomorrow };
  if (token === "last-30-days") return { from: addDays(tomorrow, -30), until: tomorrow };
  if (token === "this-year") return resolve(today.slice(0, 4), today);
  if (token === "last-12-months")
    return { from: monthStart(today, -11), until: monthStart(today, 1) };
  if (MONTH.test(token)) return { from: `${token}-01`, until: monthStart(`${token}-01`, 1) };
  if (YEAR.test(token)) return { from: `${token}-01-01`, until: `${Number(token) + 1}-01-01` };
  const [from = today, to = today] = token.split("..");
  return { from, until: addDays(to, 1) };
}

/** Whole calendar months in a span; 0 when it does not begin and end with one. */
function wholeMonths(span: Span): number {
  if (!span.from.endsWith("-01") || !span.until.endsWith("-01")) return 0;
  const [fromYear = 0, fromMonth = 0] = span.from.split("-").map(Number);
  const [untilYear = 0, untilMonth = 0] = span.until.split("-").map(Number);
  return (untilYear - fromYear) * 12 + untilMonth - fromMonth;
}

/** The span moved by its own length: by months when it is made of months, else by days. */
export function moved(span: Span, steps: number): Span {
  const months = wholeMonths(span);
  if (months > 0)
    return {
      from: monthStart(span.from, months * steps),
      until: monthStart(span.until, months * steps),
    };
  const days = length(span) * steps;
  return { from: addDays(span.from, days), until: addDays(span.until, days) };
}

/** The shortest token of a span: a month, a year, or two days. */
export function token(span: Span): string {
  const months = wholeMonths(span);
  if (months === 1) return span.from.slice(0, 7);
  if (months === 12 && span.from.slice(5) === "01-01") return span.from.slice(0, 4);
  return `${span.from}..${addDays(span.until, -1)}`;
}

/** Two spans of equal standing, or null when the range has no complete day yet. */
export interface Comparison {
  readonly current: Span;
  readonly previous: Span;
}

/**
 * What a change is measured over: complete days only, against as many days of the period before.
 * A half-finished day would make every change look like a fall.
 */
export function comparison(span: Span, today: Day): Comparison | null {
  const before = moved(span, -1);
  if (span.until <= today) return { current: span, previous: before };
  if (today <= span.from) return null;
  const current = { from: span.from, until: today };
  const days = Math.min(length(current), length(before));
  return { current, previous: { from: before.from, until: addDays(before.from, days) } };
}

export type Granularity = "None" | "Hourly" | "Daily" | "Monthly";

/** Keys of the points of a span, in order: "2026-10-31", "2026-10-31T09", "2026-10" or "". */
export function buckets(span: Span, granularity: Granularity): readonly string[] {
  if (granularity === "None") return [""];
  const keys: string[] = [];
  if (granularity === "Monthly") {
    for (let at = monthStart(span.from); at < span.until; at = monthStart(at, 1))
      keys.push(at.slice(0, 7));
    return keys;
  }
  const step = granularity === "Daily" ? MS_PER_DAY : MS_PER_DAY / 24;
  const width = granularity === "Daily" ? 10 : 13;
  for (let at = ms(span.from); at < ms(span.until); at += step)
    keys.push(new Date(at).toISOString().slice(0, width));
  return keys;
}

/** The key of the point that holds an instant. */
export function bucketOf(instant: string, granularity: Granularity): string {
  const width = { None: 0, Hourly: 13, Daily: 10, Monthly: 7 }[granularity];
  return instant.slice(0, width);
}
