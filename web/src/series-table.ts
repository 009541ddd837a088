/** Tables behind series and scenarios. */
import { type Bands, type Course, type Maybe, type Scenario, type Series, dayTime, expandDays, isoDay } from "./data";
import { formatChange, formatDay, formatIn } from "./format";
import type { Column, Table, Value } from "./table";

const BANDS = ["median", "low50", "high50", "low90", "high90"] as const;
const HEADINGS = ["median", "50 % interval, low", "50 % interval, high", "90 % interval, low", "90 % interval, high"];
const NAMES = ["median", "low_50", "high_50", "low_90", "high_90"];

/** Columns of median and intervals. */
function bandColumns(show: (value: Maybe) => string, before = ""): Column[] {
  return NAMES.map((name, index) => ({
    heading: `${before && `${before}: `}${HEADINGS[index]}`,
    name: `${before && `${before}_`}${name}`,
    show,
  }));
}

function bandCells(bands: Bands, index: number): Value[] {
  return BANDS.map((band) => bands[band][index] ?? null);
}

/** Finest unit that dates must show: stocks are said to the day unless all fall on the first. */
function finest(course: Course, days: string[]): string {
  return course.per || (days.every((day) => day.endsWith("-01")) ? "month" : "day");
}

/** Rows of a course within a span, each with its day first. */
function rowsOf(course: Course, span: [number, number], cells: (index: number) => Value[]): Value[][] {
  const days = expandDays(course.days).map(isoDay);
  const per = finest(course, days);
  return days.flatMap((day, index) => {
    const time = dayTime(day);
    return time >= span[0] && time <= span[1] ? [[formatDay(day, per), ...cells(index)]] : [];
  });
}

function dayColumn(course: Course): Column {
  return course.kind === "stock" ? { heading: "date", name: "date" } : { heading: "beginning", name: "first_day" };
}

/** Every value of a series within a span, with its intervals. */
export function seriesTable(series: Series, span: [number, number]): Table {
  return {
    caption: `${series.label}: ${series.full_unit}, posterior median and equal-tailed intervals`,
    columns: [dayColumn(series), ...bandColumns((value) => formatIn(series.unit, value))],
    rows: rowsOf(series, span, (index) => bandCells(series, index)),
    fileName: `${series.kind}-${series.observable}`,
  };
}

/** Baseline, scenario and difference within a span, with the intervals of the difference. */
export function differenceTable(told: Scenario, span: [number, number]): Table {
  const { baseline, scenario, difference } = told;
  const show = (value: Maybe) => formatIn(baseline.unit, value);
  return {
    caption: `${told.label}: ${baseline.label}, ${baseline.full_unit}`,
    columns: [
      dayColumn(baseline),
      { heading: "baseline, median", name: "baseline_median", show },
      { heading: "scenario, median", name: "scenario_median", show },
      ...bandColumns((value) => formatChange(baseline.unit, value), "difference"),
    ],
    rows: rowsOf(baseline, span, (index) => [
      baseline.median[index] ?? null,
      scenario.median[index] ?? null,
      ...bandCells(difference, index),
    ]),
    fileName: `scenario-${told.name}-${baseline.observable}`,
  };
}
