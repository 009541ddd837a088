/** Axes fitted to what is seen. */
import { max, min, ticks } from "d3-array";
import { utcTicks } from "d3-time";
import { type Course, DAY, type Maybe, expandDays } from "./data";

export type Scale = "linear" | "log";

/** From a value to a place in the picture, and back. */
export interface Axis {
  (value: number): number;
  invert: (place: number) => number;
  domain: readonly [number, number];
  log: boolean;
}

/** Make an axis; a logarithmic one puts what is below its domain at its lower end. */
export function makeAxis(domain: readonly [number, number], range: readonly [number, number], log = false): Axis {
  const turn = log ? (value: number) => Math.log(Math.max(value, domain[0])) : (value: number) => value;
  const [low, high] = [turn(domain[0]), turn(domain[1])];
  const step = (range[1] - range[0]) / (high - low || 1);
  const invert = (place: number) => low + (place - range[0]) / step;
  return Object.assign((value: number) => range[0] + (turn(value) - low) * step, {
    invert: log ? (place: number) => Math.exp(invert(place)) : invert,
    domain,
    log,
  });
}

/** A range of more than two decades is unreadable on a linear axis. */
const LOG_RANGE = 100;
/** A logarithmic axis of persons goes no lower: a hundredth of a person tells nothing. */
const LEAST_PERSONS = 0.01;
const MARGIN = 0.06;

/** What an axis must hold: all of `shown`, and on a logarithmic axis all of `centre`. */
export interface Extent {
  /** Bands and claims. */
  shown: number[];
  /** Medians and claims; a band may reach zero, these should be read. */
  centre: number[];
}

function finite(values: Iterable<Maybe>): number[] {
  return [...values].filter((value): value is number => value !== null && Number.isFinite(value));
}

/** Put together what courses (and numbers stated by claims) ask of an axis, within a span of time. */
export function extentOf(courses: Course[], stated: Maybe[], span: [number, number]): Extent {
  const claims = finite(stated);
  const shown = [...claims];
  const centre = [...claims];
  for (const course of courses) {
    const times = expandDays(course.days);
    const inside = (_: Maybe, index: number) => {
      const time = times[index] ?? NaN;
      return time >= span[0] - 31 * DAY && time <= span[1];
    };
    shown.push(...finite(course.low90.filter(inside)), ...finite(course.high90.filter(inside)));
    centre.push(...finite(course.median.filter(inside)));
  }
  return { shown, centre };
}

/** The scale on which an extent reads best. */
export function chooseScale(extent: Extent, kind: string): Scale {
  const least = min(extent.centre.filter((value) => value > 0));
  const low = min(extent.shown) ?? 0;
  return kind !== "share" && low >= 0 && least !== undefined && (max(extent.shown) ?? 0) > LOG_RANGE * least ? "log" : "linear";
}

/** Limits of the value axis. */
export function fitLimits(extent: Extent, scale: Scale): [number, number] {
  const low = min(extent.shown) ?? 0;
  const high = max(extent.shown) ?? 1;
  if (scale === "log") {
    const least = min(extent.centre.filter((value) => value > 0));
    const above = min(extent.shown.filter((value) => value > 0));
    if (least !== undefined && above !== undefined) {
      const floor = Math.max(above, least / 10, Math.min(LEAST_PERSONS, high / 10));
      return [floor / 1.2, high * 1.3];
    }
  }
  const pad = MARGIN * (high - low) || MARGIN * Math.abs(high) || 1;
  const bottom = low - pad;
  return [low >= 0 && (bottom < 0 || low < 0.25 * high) ? 0 : bottom, high + pad];
}

/** The value axis of a picture. */
export function makeValueAxis(extent: Extent, scale: Scale, range: [number, number]): Axis {
  const limits = fitLimits(extent, scale);
  return makeAxis(limits, range, scale === "log" && limits[0] > 0);
}

/** Ticks of a value axis: few, round, and on a logarithmic axis 1, 2, 5 or 1, 3 or only 1 a decade. */
export function valueTicks({ domain: [low, high], log }: Axis): number[] {
  if (!log) return ticks(low, high, 6);
  const decades = Math.log10(high / low);
  const steps = decades > 4.5 ? [1] : decades > 2.6 ? [1, 3] : [1, 2, 5];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    found.push(...steps.map((step) => Number((step * 10 ** power).toPrecision(3))));
  }
  return found.filter((tick) => tick >= low && tick <= high);
}

/** Ticks of a time axis, about so many: starts of years, months or days. */
export function timeTicks({ domain }: Axis, wanted: number): number[] {
  return utcTicks(new Date(domain[0]), new Date(domain[1]), wanted).map((day) => day.getTime());
}

/** First and last moment of a course. */
export function courseSpan(course: Course): [number, number] {
  const times = expandDays(course.days);
  const first = times[0] ?? 0;
  const last = times.at(-1) ?? DAY;
  if (course.kind === "stock") return [first, Math.max(last, first + DAY)];
  const before = times.at(-2);
  return [first, last + (before === undefined ? 30 * DAY : last - before)];
}

/** Where the values of a course stand in time: flows and shares in the middle of their step, stocks on their day. */
export function coursePositions(course: Course): number[] {
  const times = expandDays(course.days);
  if (course.kind === "stock") return times;
  const end = courseSpan(course)[1];
  return times.map((time, index) => (time + (times[index + 1] ?? end)) / 2);
}
