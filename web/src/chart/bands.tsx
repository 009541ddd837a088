/** Median and bands of a course. */
import { area, line } from "d3-shape";
import { type Axis, coursePositions } from "../axis";
import type { Course, Maybe } from "../data";

interface CourseProps {
  course: Course;
  time: Axis;
  value: Axis;
  /** Which colours: the first, those of what it is compared with, or those of a difference. */
  look?: "first" | "second" | "third";
}

interface BandsProps {
  courses: (Pick<CourseProps, "course" | "look">)[];
  time: Axis;
  value: Axis;
  /** Whether the 50 % band is drawn. */
  inner?: boolean;
}

/** Draw courses: 90 % bands, 50 % bands on them, and above all bands the medians, so that no band hides a line. */
export function Bands({ courses, time, value, inner = true }: BandsProps) {
  return (
    <g aria-hidden="true">
      {courses.map((one, index) => (
        <Areas key={index} {...one} time={time} value={value} inner={inner} />
      ))}
      {courses.map((one, index) => (
        <Median key={index} {...one} time={time} value={value} />
      ))}
    </g>
  );
}

function Areas({ course, time, value, look = "first", inner }: CourseProps & { inner: boolean }) {
  const x = coursePositions(course).map((at) => time(at));
  const y = (values: Maybe[], index: number) => value(values[index] ?? NaN);
  const band = (low: Maybe[], high: Maybe[]) =>
    area<number>()
      .digits(1)
      .defined((_, index) => low[index] != null && high[index] != null)
      .x((at) => at)
      .y0((_, index) => y(low, index))
      .y1((_, index) => y(high, index))(x) ?? "";
  return (
    <g class={look}>
      <path class="band90" d={band(course.low90, course.high90)} />
      {inner && <path class="band50" d={band(course.low50, course.high50)} />}
    </g>
  );
}

function Median({ course, time, value, look = "first" }: CourseProps) {
  const x = coursePositions(course).map((at) => time(at));
  const middle = line<number>()
    .digits(1)
    .defined((_, index) => course.median[index] != null)
    .x((at) => at)
    .y((_, index) => value(course.median[index] ?? NaN));
  return (
    <g class={look}>
      <path class="median" d={middle(x) ?? ""} />
    </g>
  );
}
