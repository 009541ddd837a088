/** Median and bands of a course. */
import { area, line } from "d3-shape";
import { type Axis, coursePositions } from "../axis";
import type { Course, Maybe } from "../data";

interface BandsProps {
  course: Course;
  time: Axis;
  value: Axis;
  /** Which colours: the first, those of what it is compared with, or those of a difference. */
  look?: "first" | "second" | "third";
  /** Whether the 50 % band is drawn. */
  inner?: boolean;
}

/** Draw a course: the 90 % band, the 50 % band on it, the median on both. */
export function Bands({ course, time, value, look = "first", inner = true }: BandsProps) {
  const x = coursePositions(course).map((at) => time(at));
  const y = (values: Maybe[], index: number) => value(values[index] ?? NaN);
  const band = (low: Maybe[], high: Maybe[]) =>
    area<number>()
      .digits(1)
      .defined((_, index) => low[index] != null && high[index] != null)
      .x((at) => at)
      .y0((_, index) => y(low, index))
      .y1((_, index) => y(high, index))(x) ?? "";
  const middle = line<number>()
    .digits(1)
    .defined((_, index) => course.median[index] != null)
    .x((at) => at)
    .y((_, index) => y(course.median, index));
  return (
    <g aria-hidden="true" class={look}>
      <path class="band90" d={band(course.low90, course.high90)} />
      {inner && <path class="band50" d={band(course.low50, course.high50)} />}
      <path class="median" d={middle(x) ?? ""} />
    </g>
  );
}
