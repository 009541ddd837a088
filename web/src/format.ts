/** Numbers and days as people write them; the same rules as `counterstream.report.wording`. */
import type { Maybe } from "./data";

export const MISSING = "–";
const MINUS = "−";

/** `12,345`, `12.3`, `0.0123`, `–` for none. */
export function formatNumber(value: Maybe | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  const sign = value < 0 ? MINUS : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}∞`;
  if (size >= 99.95) return sign + Math.round(size).toLocaleString("en-US");
  if (size < 1e-12) return "0";
  if (Number.isInteger(size)) return `${sign}${size}`;
  if (size < 1e-3) return sign + size.toExponential(2);
  return sign + size.toFixed(Math.max(0, 2 - Math.floor(Math.log10(size))));
}

/** A share as per cent: `12.3 %`. */
export function formatPercent(value: Maybe | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const percent = Math.abs(100 * value);
  const digits = percent >= 99.95 ? 0 : percent >= 0.95 || percent === 0 ? 1 : 2;
  const text = percent.toFixed(digits);
  return `${value < 0 && Number(text) !== 0 ? MINUS : ""}${text} %`;
}

/** A value in its unit: shares as per cent, all else as a number. */
export function formatIn(unit: string, value: Maybe | undefined): string {
  return unit === "share" ? formatPercent(value) : formatNumber(value);
}

/** A difference with its sign: `+12,345`; shares in percentage points. */
export function formatChange(unit: string, value: Maybe | undefined): string {
  const scaled = unit === "share" && value !== null && value !== undefined ? 100 * value : value;
  const text = (scaled ?? 0) > 0 ? `+${formatNumber(scaled)}` : formatNumber(scaled);
  return unit === "share" ? `${text} points` : text;
}

/** Both limits: `120 to 340`. */
export function formatInterval(unit: string, low: Maybe | undefined, high: Maybe | undefined): string {
  if (low === null || low === undefined || high === null || high === undefined) return MISSING;
  return `${formatIn(unit, low)} to ${formatIn(unit, high)}`;
}

/** A number on an axis: no more digits than it has. */
export function formatTick(value: number): string {
  const plain = Number(value.toPrecision(10));
  return `${plain < 0 ? MINUS : ""}${Math.abs(plain).toLocaleString("en-US", { maximumFractionDigits: 12 })}`;
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A time of the axis: the year, or month and year, or the day. */
export function formatTimeTick(time: number): string {
  const day = new Date(time);
  const year = `${day.getUTCFullYear()}`;
  if (day.getUTCDate() !== 1) return `${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]} ${year}`;
  return day.getUTCMonth() ? `${MONTHS[day.getUTCMonth()]} ${year}` : year;
}

/** The day of a step, no finer than the step. */
export function formatDay(day: string, per: string): string {
  if (per === "year" && day.endsWith("-01-01")) return day.slice(0, 4);
  return per !== "day" && per !== "week" && day.endsWith("-01") ? day.slice(0, 7) : day;
}

/** A window; a single day once. */
export function formatWindow(first: string, last: string): string {
  return first === last ? first : `${first} to ${last}`;
}

/** A window in few letters: whole years by their numbers. */
export function shortWindow(first: string, last: string): string {
  if (!first.endsWith("-01-01") || !last.endsWith("-12-31")) return formatWindow(first, last);
  const [from, to] = [first.slice(0, -6), last.slice(0, -6)];
  return from === to ? from : `${from}–${to}`;
}

/** Number and noun: `1 claim`, `3 claims`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString("en-US")} ${number === 1 ? noun : plural}`;
}

/** Keep a number and its per cent sign on one line. */
export function keepPercent(text: string): string {
  return text.replace(/(\d) %/g, "$1\u00a0%");
}
