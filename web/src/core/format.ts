/**
 * Numbers and dates in the reader's locale. Decimal text goes into Intl as it is, so no digit
 * passes through a float on its way to the screen.
 */
import { type Amount, difference, type Known, quotient, rounded, sign, sum } from "./amount";
import type { Day, Span } from "./period";
import { addDays, monthStart } from "./period";

/** What stands for an unknown amount. */
export const UNKNOWN = "–";

const NO_BREAK = "\u00a0";
const MINUS = "\u2212";
// Making a format costs a hundred times as much as using it.
const numberFormats = new Map<string, Intl.NumberFormat>();
const dateFormats = new Map<string, Intl.DateTimeFormat>();
const minors = new Map<string, number>();

/** The reader's language; English where there is no browser. */
export const LOCALE = globalThis.navigator?.language ?? "en";

function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  const format = numberFormats.get(key) ?? new Intl.NumberFormat(locale, options);
  numberFormats.set(key, format);
  return format;
}

function written(value: Amount, options: Intl.NumberFormatOptions, locale: string): string {
  const parts = numberFormat(locale, options).formatToParts(value as Intl.StringNumericLiteral);
  const text = parts.map((part) => (part.type === "compact" ? NO_BREAK + part.value : part.value));
  return text.join("").replace(/\s+/gu, NO_BREAK).replace("-", MINUS);
}

/** Decimals of a currency's minor unit: 2 for USD, 0 for JPY; 2 when the code is unknown. */
export function minorUnits(currency: string): number {
  const digits = minors.get(currency) ?? toldDigits(currency);
  minors.set(currency, digits);
  return digits;
}

function toldDigits(currency: string): number {
  try {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    return format.resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/**
 * Decimals of a column: the currency's, or, when its largest amount is below 1, as many as give
 * that amount four significant digits.
 */
export function columnDigits(amounts: Iterable<Known>, currency: string): number {
  let largest = 0;
  for (const value of amounts) largest = Math.max(largest, Math.abs(Number(value ?? 0)));
  const minor = minorUnits(currency);
  if (largest === 0 || largest >= 1) return minor;
  return Math.max(minor, 3 - Math.floor(Math.log10(largest)));
}

/** An amount with a fixed number of decimals; "< 0.01" for what would look like nothing. */
export function money(value: Known, digits: number, locale = LOCALE): string {
  if (value === null) return UNKNOWN;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  if (sign(value) !== 0 && sign(rounded(value, digits)) === 0) {
    const smallest = written((10 ** -digits).toFixed(digits), options, locale);
    return sign(value) > 0 ? `<${NO_BREAK}${smallest}` : `>${NO_BREAK}${MINUS}${smallest}`;
  }
  return written(value, options, locale);
}

/** A figure above the chart: in full up to 999,999.99, then three significant digits. */
export function figure(value: Known, digits: number, locale = LOCALE): string {
  if (value === null || Math.abs(Number(value)) < 1_000_000) return money(value, digits, locale);
  return compact(value, locale);
}

/** Three significant digits with their magnitude: "1.23 M", "28.0 K"; below a thousand, "28". */
export function compact(value: Known, locale = LOCALE): string {
  if (value === null) return UNKNOWN;
  const minimumSignificantDigits = Math.abs(Number(value)) < 1000 ? 1 : 3;
  const options = {
    notation: "compact",
    minimumSignificantDigits,
    maximumSignificantDigits: 3,
  } as const;
  // British English writes a small "m" for million, which reads as a thousandth.
  return written(value, options, locale.startsWith("en") ? "en-US" : locale);
}

/** A value on an axis: its magnitude and no digit more than it needs. */
export function axisText(value: number, locale = LOCALE): string {
  const options = { notation: "compact", maximumSignificantDigits: 3 } as const;
  return written(String(value), options, locale.startsWith("en") ? "en-US" : locale);
}

/** A count in full: "812,345". */
export function count(value: Known, locale = LOCALE): string {
  return value === null ? UNKNOWN : written(value, { maximumFractionDigits: 0 }, locale);
}

/** Decimals of a column of prices: the currency's, and at least four when one is below 1. */
export function priceDigits(prices: Iterable<Known>, currency: string): number {
  const minor = minorUnits(currency);
  for (const value of prices)
    if (value !== null && sign(value) !== 0 && Math.abs(Number(value)) < 1)
      return Math.max(4, minor);
  return minor;
}

/** A ratio as a percentage with one decimal. */
export function percent(ratio: Known, locale = LOCALE): string {
  if (ratio === null) return UNKNOWN;
  const options = { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;
  return written(ratio, options, locale);
}

/** A change: the difference first, then how large it is against what was. */
export interface Change {
  readonly absolute: Amount;
  readonly direction: -1 | 0 | 1;
  readonly relative: string;
}

/**
 * The change from `before` to `now`; null when either is unknown. What did not exist is "0", so
 * that it reads as new or gone instead of an infinite percentage.
 */
export function change(now: Known, before: Known, locale = LOCALE): Change | null {
  const absolute = difference(now, before);
  if (now === null || before === null || absolute === null) return null;
  const direction = sign(absolute);
  if (direction === 0) return { absolute, direction, relative: percent("0", locale) };
  if (sign(before) === 0) return { absolute, direction, relative: "new" };
  if (sign(now) === 0) return { absolute, direction, relative: "gone" };
  const ratio = quotient(absolute, before);
  return { absolute, direction, relative: relativeText(ratio, quotient(now, before), locale) };
}

function relativeText(ratio: Known, times: Known, locale: string): string {
  if (ratio === null || times === null) return UNKNOWN;
  if (Number(ratio) > 9.99) return `${count(times, locale)}${NO_BREAK}times`;
  return signed(percent(ratio, locale));
}

/** The text with a plus sign where it has no sign. */
export function signed(text: string): string {
  return text.startsWith(MINUS) || text.startsWith(">") ? text : `+${text}`;
}

/** By how much rounded rows miss the rounded total; null when they add up. */
export function roundingGap(rows: Iterable<Known>, total: Known, digits: number): Known {
  if (total === null) return null;
  const shown = sum([...rows].map((row) => (row === null ? null : rounded(row, digits)))) ?? "0";
  const gap = difference(rounded(total, digits), shown);
  return gap === null || sign(gap) === 0 ? null : gap;
}

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  const format =
    dateFormats.get(key) ?? new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options });
  dateFormats.set(key, format);
  return format;
}

const instant = (day: Day): Date => new Date(`${day}T00:00:00Z`);

/** A span as people write it: "October 2026", "2026", "Jan – Mar 2026", "1 – 22 Nov 2026". */
export function spanText(span: Span, locale = LOCALE): string {
  const last = addDays(span.until, -1);
  if (span.from.endsWith("-01-01") && last === `${span.from.slice(0, 4)}-12-31`)
    return span.from.slice(0, 4);
  if (span.from === monthStart(span.from) && span.until === monthStart(span.from, 1))
    return dateFormat(locale, { month: "long", year: "numeric" }).format(instant(span.from));
  const months = span.from === monthStart(span.from) && span.until === monthStart(span.until);
  const day = months ? {} : ({ day: "numeric" } as const);
  const format = dateFormat(locale, { ...day, month: "short", year: "numeric" });
  return format.formatRange(instant(span.from), instant(last));
}

/** A span without its year, for captions: "Nov 1 – 21". */
export function shortSpan(span: Span, locale = LOCALE): string {
  const format = dateFormat(locale, { day: "numeric", month: "short" });
  return format.formatRange(instant(span.from), instant(addDays(span.until, -1)));
}

/** The name of a point: a day, an hour, a month. Short ones label the axis. */
export function bucketText(key: string, form: "short" | "long", locale = LOCALE): string {
  if (key.length === 7)
    return dateFormat(locale, { month: form, year: "numeric" }).format(instant(`${key}-01`));
  const date: Intl.DateTimeFormatOptions =
    form === "short"
      ? { day: "numeric", month: "short" }
      : { weekday: "short", day: "numeric", month: "short", year: "numeric" };
  if (key.length === 10) return dateFormat(locale, date).format(instant(key));
  const hour = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  return dateFormat(locale, { ...date, ...hour }).format(new Date(`${key}:00:00Z`));
}

/** An instant in the reader's zone, with the zone's short name. */
export function momentText(moment: string, locale = LOCALE): string {
  const format = new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
  });
  return format.format(new Date(moment));
}

/** How long ago: relative below an hour, the exact moment beyond. */
export function ageText(moment: string, now: string, locale = LOCALE): string {
  const seconds = Math.round((Date.parse(now) - Date.parse(moment)) / 1000);
  if (seconds >= 3600) return momentText(moment, locale);
  const format = new Intl.RelativeTimeFormat(locale, { style: "short", numeric: "always" });
  if (seconds < 60) return format.format(-Math.max(0, seconds), "second");
  return format.format(-Math.round(seconds / 60), "minute");
}
