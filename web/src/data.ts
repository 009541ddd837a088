/**
 * The data contract: what Python writes as `views.json` into a run folder and into the report.
 *
 * `counterstream.report.views` is its other half; each part of the document is written by one module there and
 * read by the views that name it here. Numbers are rounded to four significant digits, missing ones are null.
 */

/** A number, or null where there is none. */
export type Maybe = number | null;

/** Days of a course: evenly spaced by months or days, or listed. ISO dates. */
export type Days =
  | { first: string; months: number; count: number }
  | { first: string; days: number; count: number }
  | { listed: string[] };

export type Kind = "flow" | "stock" | "share";
export type MarkShape = "exact" | "about" | "over" | "up to" | "range";

/** Median and equal-tailed intervals, one entry a day of `Days`. */
export interface Bands {
  median: Maybe[];
  low50: Maybe[];
  high50: Maybe[];
  low90: Maybe[];
  high90: Maybe[];
}

/** A claim in the unit of the axis; null where it states no number. */
export interface Drawn {
  mark: MarkShape;
  value: number;
  low: Maybe;
  high: Maybe;
}

export interface Claim {
  id: string;
  /** First and last day of the window, both included. */
  first: string;
  last: string;
  hedge: string;
  /** What it says as people write it, hedge included, in its own unit over its own window. */
  stated: string;
  statement: string;
  definition: string;
  source: string;
  locator: string;
  /** A whole http or https address, or empty. */
  url: string;
  agency: string;
  use: string;
  /** The model's view of the same quantity over the same window, in the claim's own unit. */
  median: Maybe;
  low50: Maybe;
  high50: Maybe;
  low90: Maybe;
  high90: Maybe;
  surprise: Maybe;
  wrong: Maybe;
  conflicts: string[];
  drawn: Drawn | null;
}

export interface Course extends Bands {
  observable: string;
  label: string;
  unit: string;
  kind: Kind;
  /** For flows the length of time of a value, such as `month`; else empty. */
  per: string;
  /** As read on an axis: `persons per month`. */
  full_unit: string;
  group: string;
  days: Days;
  note: string;
}

/** An observable with the claims that speak of it. */
export interface Series extends Course {
  claims: Claim[];
}

export interface Scenario {
  name: string;
  label: string;
  changes: string[];
  sentences: string[];
  baseline: Course;
  scenario: Course;
  difference: Course;
}

export interface Check {
  question: string;
  found: string;
  wanted: string;
  met: boolean | null;
  meaning: string;
}

export interface Diagnostics {
  checks: Check[];
  sentences: string[];
}

export interface About {
  case: string;
  title: string;
  generated: string;
  citation: string;
  verdict: { fit: boolean; label: string; sentences: string[] };
}

/** Parts by name; a view declares the type of its own part. */
export interface Parts {
  series?: Series[];
  scenarios?: Scenario[];
  diagnostics?: Diagnostics;
}

export interface ViewsDocument {
  format: string;
  about: About;
  parts: Parts & Record<string, unknown>;
}

export const FORMAT = "counterstream-views/1";

/** Read the document that a page holds; null where it holds none of this format. */
export function readDocument(text: string | null | undefined): ViewsDocument | null {
  if (!text) return null;
  const found = JSON.parse(text) as Partial<ViewsDocument>;
  return found.format === FORMAT && found.parts && found.about ? (found as ViewsDocument) : null;
}

/** Milliseconds of an ISO date at midnight UTC. */
export function dayTime(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** The ISO date of a time. */
export function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** Times of every day of a course. */
export function expandDays(days: Days): number[] {
  if ("listed" in days) return days.listed.map(dayTime);
  const first = new Date(dayTime(days.first));
  return Array.from({ length: days.count }, (_, index) =>
    "months" in days
      ? Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + index * days.months, first.getUTCDate())
      : first.getTime() + index * days.days * DAY,
  );
}

/** Milliseconds of a day. */
export const DAY = 86_400_000;
