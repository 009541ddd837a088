/** The table behind a series. */
import type { Maybe, Series } from "./data";
import { dayTime, expandDays, isoDay } from "./data";
import { formatDay, formatIn } from "./format";
import type { Table, Value } from "./table";

/** Every value of a series within a span, with its intervals. */
export function seriesTable(series: Series, span: [number, number]): Table {
  const show = (value: Maybe) => formatIn(series.unit, value);
  const times = expandDays(series.days);
  const days = times.map(isoDay);
  const rows = days.map((day, index): Value[] => [
    formatDay(day, series.per),
    series.median[index] ?? null,
    series.low50[index] ?? null,
    series.high50[index] ?? null,
    series.low90[index] ?? null,
    series.high90[index] ?? null,
  ]);
  const stock = series.kind === "stock";
  return {
    caption: `${series.label}: ${series.full_unit}, posterior median and equal-tailed intervals`,
    columns: [
      { heading: stock ? "date" : "beginning", name: stock ? "date" : "first_day" },
      { heading: "median", name: "median", show },
      { heading: "50 % interval, low", name: "low_50", show },
      { heading: "50 % interval, high", name: "high_50", show },
      { heading: "90 % interval, low", name: "low_90", show },
      { heading: "90 % interval, high", name: "high_90", show },
    ],
    rows: rows.filter((_, index) => {
      const time = dayTime(days[index] ?? "");
      return time >= span[0] && time <= span[1];
    }),
    fileName: `${series.kind}-${series.observable}`,
  };
}
