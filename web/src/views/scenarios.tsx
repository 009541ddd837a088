import { type Scale, extentOf, makeAxis, makeValueAxis } from "../axis";
import { Axes, tickRoom } from "../chart/axes";
import { Bands } from "../chart/bands";
import { BandKeys } from "../chart/legend";
import { readTimeChoices } from "../chart/time-choices";
import { DragToZoom } from "../chart/zoom";
import type { Scenario } from "../data";
import { Choice, Frame } from "../frame";
import { differenceTable } from "../series-table";
import { useWidth } from "../size";
import { useViewState } from "../state";
import type { View, ViewProps } from "../view";

/** Baseline and scenario above, their difference with its own interval below. */
function ScenariosView({ document, id, title, state: restored }: ViewProps) {
  const all = document.parts.scenarios ?? [];
  const [state, change] = useViewState(restored);
  const names = [...new Map(all.map((one) => [one.name, one.label]))];
  const name = names.find(([known]) => known === state["scenario"])?.[0] ?? names[0]?.[0];
  const offered = all.filter((one) => one.name === name);
  const told = offered.find((one) => one.baseline.observable === state["series"]) ?? offered[0];
  if (!told) return null;
  const { span, scale, zoom, controls: choices } = readTimeChoices(state, change, [told.baseline, told.scenario]);
  const controls = (
    <>
      <Choice label="Scenario" value={told.name} options={names} onChange={(to) => change({ scenario: to, series: "" })} />
      {offered.length > 1 && (
        <Choice
          label="Quantity"
          value={told.baseline.observable}
          options={offered.map(({ baseline }) => [baseline.observable, baseline.label])}
          onChange={(to) => change({ series: to })}
        />
      )}
      {choices}
    </>
  );
  const detail = (told.changes.length > 0 || told.sentences.length > 0) && (
    <div class="told">
      {told.changes.length > 0 && (
        <>
          <p>
            <strong>What the scenario changes</strong>
          </p>
          <ul>
            {told.changes.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </>
      )}
      {told.sentences.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={{ ...state, scenario: told.name, series: told.baseline.observable }}
      caption={describe(told, scale)}
      table={differenceTable(told, span)}
      controls={controls}
      detail={detail}
    >
      <ul class="keys" aria-hidden="true">
        <BandKeys name="baseline" inner={false} />
        <BandKeys name="scenario" look="second" inner={false} />
        <BandKeys name="difference" look="third" />
      </ul>
      <DifferencePicture told={told} span={span} scale={scale} onZoom={zoom} />
    </Frame>
  );
}

interface PictureProps {
  told: Scenario;
  span: [number, number];
  scale: Scale;
  onZoom: (span: [number, number] | null) => void;
}

const HEAD = 34;

/** Both courses above, the difference below, on one time axis. */
export function DifferencePicture({ told, span, scale, onZoom }: PictureProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const height = width < 520 ? 520 : 600;
  const middle = Math.round(height * 0.52);
  const { baseline, scenario, difference } = told;
  const percent = baseline.kind === "share";
  const upper = makeValueAxis(extentOf([baseline, scenario], [], span), scale, [middle - 12, HEAD]);
  const change = extentOf([difference], [0], span);
  const lower = makeValueAxis(change, "linear", [height - 28, middle + 70]);
  const left = Math.max(tickRoom(upper, percent), tickRoom(lower, percent));
  const box = { left, right: width - 14, top: HEAD, bottom: middle - 12 };
  const below = { ...box, top: middle + 70, bottom: height - 28 };
  const time = makeAxis(span, [box.left, box.right]);
  return (
    <div class="canvas" ref={place}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={`${told.label}: ${baseline.label} with and without the changes, and the difference. All values are in the table.`}
      >
        <clipPath id="clip-scenarios">
          <rect x={box.left} y={0} width={Math.max(0, box.right - box.left)} height={height} />
        </clipPath>
        <Axes box={box} time={time} value={upper} unit={baseline.full_unit} percent={percent} />
        <Axes box={below} time={time} value={lower} unit={percent ? "percentage points" : difference.full_unit} percent={percent} />
        <text class="panel" x={0} y={middle + 36} aria-hidden="true">
          Difference: scenario minus baseline
        </text>
        <g clip-path="url(#clip-scenarios)">
          <Bands courses={[{ course: baseline }, { course: scenario, look: "second" }]} time={time} value={upper} inner={false} />
          <Bands courses={[{ course: difference, look: "third" }]} time={time} value={lower} />
          <line class="rule zero" x1={box.left} x2={box.right} y1={lower(0)} y2={lower(0)} />
        </g>
        <DragToZoom box={{ ...box, bottom: below.bottom }} time={time} onZoom={onZoom} />
      </svg>
    </div>
  );
}

function describe(told: Scenario, scale: Scale): string {
  const parts = [
    `${told.baseline.label}, ${told.baseline.full_unit}. Above: baseline (solid) and scenario (dashed), posterior medians and equal-tailed 90 % intervals.`,
    "Below: scenario minus baseline, draw by draw: median with 50 % and 90 % intervals of the difference itself.",
  ];
  if (scale === "log") parts.push("The upper axis is logarithmic.");
  return parts.join(" ");
}

export default {
  id: "scenarios",
  title: "Scenario against baseline",
  shows: (document) => (document.parts.scenarios ?? []).length > 0,
  View: ScenariosView,
} satisfies View;
