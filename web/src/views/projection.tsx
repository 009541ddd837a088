import { BandKeys, KeyEntry } from "../chart/legend";
import { readTimeChoices } from "../chart/time-choices";
import type { Course } from "../data";
import { Choice, Frame } from "../frame";
import { SeriesPicture } from "../series-view";
import { seriesTable } from "../series-table";
import { useViewState } from "../state";
import type { View, ViewProps } from "../view";

/** Courses by calendar year that go on beyond the evidence. */
interface Projection {
  /** Last day of the evidence. */
  until: string;
  courses: Course[];
}

const projectionOf = (parts: Record<string, unknown>) => (parts["projection"] as Projection | undefined) ?? null;

/** What is projected, with the end of the evidence. */
function ProjectionView({ document, id, title, state: restored }: ViewProps) {
  const [state, change] = useViewState(restored);
  const told = projectionOf(document.parts);
  const course = told?.courses.find((one) => one.observable === state["series"]) ?? told?.courses[0];
  if (!told || !course) return null;
  const { span, scale, zoom, controls } = readTimeChoices(state, change, [course]);
  const series = { ...course, claims: [] };
  const table = seriesTable(series, span);
  const when = course.kind === "stock" ? "at the end of each calendar year" : "by calendar year";
  return (
    <Frame
      id={id}
      title={`${title}: ${course.label}`}
      about={document.about}
      state={{ ...state, series: course.observable }}
      caption={`${course.label}, ${course.full_unit}, ${when}: posterior median with equal-tailed 50 % and 90 % intervals. The broken line is the end of the evidence, ${told.until}; what is right of it is projected.${scale === "log" ? " The axis is logarithmic: equal steps up multiply." : ""}`}
      table={{ ...table, fileName: `projection-${course.observable}` }}
      controls={
        <>
          {told.courses.length > 1 && <Choice label="Quantity" value={course.observable} options={told.courses.map((one) => [one.observable, one.label])} onChange={(to) => change({ series: to })} />}
          {controls}
        </>
      }
    >
      <ul class="keys" aria-hidden="true">
        <BandKeys />
        <KeyEntry words="end of the evidence">
          <path class="until" d="M0,-8V8" />
        </KeyEntry>
      </ul>
      <SeriesPicture id={id} series={series} span={span} scale={scale} chosen="" onChoose={() => {}} onZoom={zoom} until={told.until} />
    </Frame>
  );
}

export default {
  id: "projection",
  title: "Projection",
  shows: (document) => (projectionOf(document.parts)?.courses.length ?? 0) > 0,
  View: ProjectionView,
} satisfies View;
