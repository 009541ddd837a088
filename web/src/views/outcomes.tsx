import "../styles/movements.css";
import { max, ticks as ticksOf } from "d3-array";
import { useEffect, useState } from "preact/hooks";
import { makeAxis } from "../axis";
import { KeyEntry } from "../chart/legend";
import type { ViewsDocument } from "../data";
import { formatTick } from "../format";
import { Frame } from "../frame";
import { formatPeriod, formatPersons, formatShort } from "../movement/data";
import { useWidth } from "../size";
import { useViewState } from "../state";
import { fitText } from "../text";
import type { Table } from "../table";
import type { View, ViewProps } from "../view";

interface Outcomes {
  bounds: string[];
  flows: { observable: string; label: string; values: number[][] }[];
}

/** Milliseconds a draw is seen: long enough to take in, short enough to feel how often things happen. */
const PACE = { usual: 450, calm: 1500 };
/** Draws seen before that fade. */
const TRAIL = 3;

const outcomesOf = (document: ViewsDocument) => (document.parts["outcomes"] as Outcomes | undefined) ?? null;

function isCalm(): boolean {
  return typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Single draws of the main flows, one after another; the same draw in every panel. */
function OutcomesView({ document, id, title, state: restored }: ViewProps) {
  const [state, change] = useViewState(restored);
  const [playing, setPlaying] = useState(false);
  const told = outcomesOf(document);
  const n = told?.flows[0]?.values.length ?? 0;
  const asked = Number(state["draw"] || 1);
  const at = Number.isInteger(asked) && asked >= 1 && asked <= n ? asked - 1 : 0;
  useEffect(() => {
    if (!playing) return;
    // One round, then rest: nothing moves on a page for ever.
    const timer = setTimeout(() => (at + 1 < n ? change({ draw: `${at + 2}` }) : setPlaying(false)), isCalm() ? PACE.calm : PACE.usual);
    return () => clearTimeout(timer);
  }, [playing, at, n]);
  if (!told || !n) return null;
  const step = (by: number) => {
    setPlaying(false);
    change({ draw: `${((at + by + n) % n) + 1}` });
  };
  const play = () => {
    if (!playing && at === n - 1) change({ draw: "1" });
    setPlaying(!playing);
  };
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={state}
      caption={`Draw ${at + 1} of ${n}, evenly spaced among all; persons by period, in whole numbers. All panels show the same draw, so what goes together moves together. The draws just before fade; the grey lines are all ${n}.`}
      table={outcomesTable(told, at)}
      // While it plays, a voice that reads every draw would never end.
      detail={playing ? null : <p class="read-only">{tellDraw(told, at, n)}</p>}
      controls={
        <div class="player">
          <button type="button" onClick={play}>
            {playing ? "Pause" : "Play"}
          </button>
          <button type="button" onClick={() => step(-1)}>
            Draw before
          </button>
          <button type="button" onClick={() => step(1)}>
            Next draw
          </button>
          <span>
            {at + 1} of {n}
          </span>
        </div>
      }
    >
      <ul class="keys" aria-hidden="true">
        <KeyEntry words="this draw">
          <path class="median" d="M-12,0H12" />
        </KeyEntry>
        <KeyEntry words="all draws">
          <path class="ghost" d="M-12,3L12,-3M-12,-2L12,2" />
        </KeyEntry>
      </ul>
      <OutcomesPicture told={told} at={at} />
    </Frame>
  );
}

const PANEL = 168;
const TOP = 40;

/** One panel a flow. */
export function OutcomesPicture({ told, at }: { told: Outcomes; at: number }) {
  const [place, width] = useWidth<HTMLDivElement>();
  const across = width < 520 ? 1 : width < 900 ? 2 : 3;
  const columns = Math.min(across, told.flows.length);
  const panel = (width - 18 * (columns - 1)) / columns;
  const height = Math.ceil(told.flows.length / columns) * PANEL;
  const n = told.bounds.length - 1;
  return (
    <div class="canvas" ref={place}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`Draw ${at + 1}: ${told.flows.map((flow) => flow.label).join("; ")}. The table below holds its numbers.`}>
        {told.flows.map((flow, index) => {
          const top = max(flow.values.flat()) || 1;
          const y = makeAxis([0, top], [PANEL - 30, TOP]);
          const marks = ticksOf(0, top, 3);
          const room = 10 + 6.8 * Math.max(...marks.map((mark) => shortTick(mark).length));
          const x = makeAxis([0, n], [room, panel - 6]);
          const line = (values: number[] | undefined) => (values ?? []).map((value, period) => `${period ? "L" : "M"}${x(period + 0.5).toFixed(1)},${y(value).toFixed(1)}`).join("");
          const trail = Array.from({ length: TRAIL }, (_, back) => at - TRAIL + back).filter((one) => one >= 0);
          return (
            <g key={flow.observable} transform={`translate(${((index % columns) * (panel + 18)).toFixed(1)},${Math.floor(index / columns) * PANEL})`}>
              <text class="lane" x={0} y={16}>
                {fitText(flow.label, panel, 6.8)}
              </text>
              <g aria-hidden="true">
                {marks.map((mark) => (
                  <g key={mark} transform={`translate(0,${y(mark).toFixed(1)})`}>
                    <line class="rule" x1={room} x2={panel - 6} />
                    <text class="tick" x={room - 5} dy="0.32em" text-anchor="end">
                      {shortTick(mark)}
                    </text>
                  </g>
                ))}
                {[0, n].map((bound) => (
                  <text key={bound} class="tick" x={x(bound)} y={PANEL - 12} text-anchor={bound ? "end" : "start"}>
                    {bound ? formatPeriod(told.bounds[n - 1] ?? "", told.bounds[n] ?? "").slice(-4) : (told.bounds[0] ?? "").slice(0, 4)}
                  </text>
                ))}
                <path class="ghost" d={flow.values.map(line).join("")} />
                {trail.map((one, back) => (
                  <path key={one} class="trail" stroke-opacity={(0.3 * (back + 1)) / TRAIL + 0.1} d={line(flow.values[one])} />
                ))}
                <path class="median" d={line(flow.values[at])} />
              </g>
            </g>
          );
        })}
      </svg>
    </div>
  );
}

const shortTick = (value: number) => (value >= 10_000 ? formatShort(value) : formatTick(value));

function tellDraw(told: Outcomes, at: number, n: number): string {
  const sums = told.flows.map((flow) => `${flow.label} ${formatPersons((flow.values[at] ?? []).reduce((sum, value) => sum + value, 0))}`);
  return `Draw ${at + 1} of ${n}, over the whole time: ${sums.join("; ")}.`;
}

function outcomesTable(told: Outcomes, at: number): Table {
  return {
    caption: `Draw ${at + 1}: persons by period`,
    fileName: `draw-${at + 1}`,
    columns: [{ heading: "period", name: "period" }, ...told.flows.map((flow) => ({ heading: flow.label, name: flow.observable, show: formatPersons }))],
    rows: told.bounds.slice(0, -1).map((bound, period) => [formatPeriod(bound, told.bounds[period + 1] ?? ""), ...told.flows.map((flow) => flow.values[at]?.[period] ?? null)]),
  };
}

export default {
  id: "outcomes",
  title: "One possible history after another",
  shows: (document) => (outcomesOf(document)?.flows.length ?? 0) > 0,
  View: OutcomesView,
} satisfies View;
