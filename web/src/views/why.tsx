import "../styles/movements.css";
import type { Axis } from "../axis";
import { Hatch } from "../chart/hatch";
import { KeyEntry } from "../chart/legend";
import type { Levels } from "../chart/interval";
import { type Row, Rows, plainTicks } from "../chart/rows";
import type { Maybe } from "../data";
import { count, formatChange, formatIn, formatInterval, formatPercent } from "../format";
import { Frame } from "../frame";
import { useViewState } from "../state";
import type { Table } from "../table";
import type { View, ViewProps } from "../view";

interface Part extends Levels {
  name: string;
  kind: string;
  label: string;
  mean: Maybe;
  share: Maybe;
}

/** Why an observable changed between two periods. */
interface Why {
  label: string;
  unit: string;
  full_unit: string;
  before: string;
  after: string;
  from: Levels;
  to: Levels;
  change: Levels;
  parts: Part[];
}

const whyOf = (parts: Record<string, unknown>) => (parts["why"] as Why | undefined) ?? null;
/** Parts below this share of the largest are drawn together. */
const LEAST_DRAWN = 0.02;

/** A waterfall from one period to the other, each mechanism's part a step. */
function WhyView({ document, id, title, state: restored }: ViewProps) {
  const [state, change] = useViewState(restored);
  const told = whyOf(document.parts);
  if (!told) return null;
  const steps = stepsOf(told);
  const ends = steps.flatMap((step) => [step.from, step.to, step.to + (step.part.low90 ?? 0) - (step.part.mean ?? 0), step.to + (step.part.high90 ?? 0) - (step.part.mean ?? 0)]);
  const whole = [...ends, told.from.low90, told.from.high90, told.to.low90, told.to.high90].filter((value): value is number => value !== null && Number.isFinite(value));
  const [low, high] = [Math.min(...whole), Math.max(...whole)];
  const pad = (high - low) * 0.04 || 1;
  const chosen = told.parts.find((part) => part.name === state["part"]);
  const last = steps.at(-1)?.to ?? told.from.median ?? 0;
  return (
    <Frame
      id={id}
      title={`${title}: ${told.label}`}
      about={document.about}
      state={state}
      caption={`${told.label}, ${told.full_unit}: from ${told.before} to ${told.after}. Each bar is the mean part of a mechanism, beginning where the one before ends; its line is the part's equal-tailed 90 % interval about that end. The mean parts add up to the mean change; the two ends are medians with their intervals${Math.abs(last - (told.to.median ?? last)) > 0.005 * Math.abs(high - low) ? `, so that ${formatChange(told.unit, (told.to.median ?? last) - last)} lies between the last step and the median` : ""}. A part is an answer inside the declared system and no proof of cause.`}
      table={whyTable(told)}
      detail={
        chosen && (
          <p class="chosen">
            <strong>{chosen.label}</strong> ({chosen.kind}): mean part {formatChange(told.unit, chosen.mean)}, median {formatChange(told.unit, chosen.median)}, 90 % interval {formatChange(told.unit, chosen.low90)} to {formatChange(told.unit, chosen.high90)}; {formatPercent(chosen.share)} of the mean change.
          </p>
        )
      }
    >
      <ul class="keys" aria-hidden="true">
        <KeyEntry words="adds">
          <rect class="step more" x={-12} y={-6} width={24} height={12} />
        </KeyEntry>
        <KeyEntry words="takes away">
          <Hatch id={`hatch-${id}-key`} />
          <rect class="step less" x={-12} y={-6} width={24} height={12} fill={`url(#hatch-${id}-key)`} />
        </KeyEntry>
        <KeyEntry words="90 % interval">
          <path class="error" d="M-12,0H12M-12,-4V4M12,-4V4" />
        </KeyEntry>
      </ul>
        <Rows
          rows={(axis) => [endRow("before", told, told.from, told.before, axis), ...steps.map((step) => stepRow(step, told, axis, `hatch-${id}`)), endRow("after", told, told.to, told.after, axis)]}
          domain={[low - pad, high + pad]}
          label={`Parts of the change of ${told.label} from ${told.before} to ${told.after}. Arrow keys go from part to part, Enter chooses one.`}
          chosen={chosen?.name ?? ""}
          onChoose={(key) => change({ part: key })}
          ticks={(width) => plainTicks([low, high], width, told.unit === "share")}
          mark={0}
          unit={told.unit === "share" ? "share" : told.full_unit}
        >
          <Hatch id={`hatch-${id}`} />
        </Rows>
    </Frame>
  );
}

interface Step {
  part: Part;
  from: number;
  to: number;
}

/** Parts as steps, the largest first; the smallest together as one, so that the steps still add up. */
export function stepsOf(told: Why): Step[] {
  const parts = told.parts.filter((part) => part.mean !== null).sort((a, b) => Math.abs(b.mean ?? 0) - Math.abs(a.mean ?? 0));
  const least = LEAST_DRAWN * Math.abs(parts[0]?.mean ?? 0);
  const drawn = parts.filter((part) => Math.abs(part.mean ?? 0) >= least);
  const small = parts.slice(drawn.length);
  if (small.length) {
    const mean = small.reduce((sum, part) => sum + (part.mean ?? 0), 0);
    // Intervals do not add up, so the parts taken together have none here; the table has each.
    drawn.push({ name: "", kind: "together", label: count(small.length, "smaller part"), mean, median: null, low90: mean, high90: mean, share: null });
  }
  let at = told.from.median ?? 0;
  return drawn.map((part) => {
    const from = at;
    at += part.mean ?? 0;
    return { part, from, to: at };
  });
}

function stepRow({ part, from, to }: Step, told: Why, axis: Axis, hatch: string): Row {
  const [left, right] = [axis(Math.min(from, to)), axis(Math.max(from, to))];
  const shift = to - (part.mean ?? 0);
  const [low, high] = [axis(shift + (part.low90 ?? 0)), axis(shift + (part.high90 ?? 0))];
  const takes = to < from;
  const interval = `90 % interval ${formatChange(told.unit, part.low90)} to ${formatChange(told.unit, part.high90)}`;
  return {
    key: part.name || "smaller parts",
    text: part.label,
    aside: formatChange(told.unit, part.mean),
    name: `${part.label}: mean part ${formatChange(told.unit, part.mean)}${part.name ? `, ${interval}` : ""}`,
    drawing: (
      <>
        <rect class={`step ${takes ? "less" : "more"}`} x={left.toFixed(1)} y={-7} width={Math.max(1, right - left).toFixed(1)} height={14} fill={takes ? `url(#${hatch})` : undefined} />
        {part.name && <path class="error" d={`M${low.toFixed(1)},0H${high.toFixed(1)}M${low.toFixed(1)},-4V4M${high.toFixed(1)},-4V4`} />}
      </>
    ),
  };
}

function endRow(key: string, told: Why, levels: Levels, period: string, axis: Axis): Row {
  const at = axis(levels.median ?? 0);
  const [low, high] = [axis(levels.low90 ?? levels.median ?? 0), axis(levels.high90 ?? levels.median ?? 0)];
  return {
    key: `the period ${key}`,
    text: period,
    aside: formatIn(told.unit, levels.median),
    name: `${period}: median ${formatIn(told.unit, levels.median)}, 90 % interval ${formatInterval(told.unit, levels.low90, levels.high90)}`,
    drawing: (
      <>
        <path class="whisker" d={`M${low.toFixed(1)},0H${high.toFixed(1)}`} />
        <path class="end" d={`M${at.toFixed(1)},-9V9`} />
      </>
    ),
  };
}

function whyTable(told: Why): Table {
  const part = (heading: string, name: string) => ({ heading, name, show: (value: Maybe) => formatChange(told.unit, value) });
  return {
    caption: `${told.label}, ${told.full_unit}: parts of the change from ${told.before} to ${told.after}`,
    fileName: "parts-of-the-change",
    columns: [
      { heading: "mechanism", name: "mechanism" },
      { heading: "kind", name: "kind" },
      part("mean part", "mean"),
      part("median", "median"),
      part("90 % interval, low", "low_90"),
      part("90 % interval, high", "high_90"),
      { heading: "share of the change", name: "share", show: formatPercent },
    ],
    rows: told.parts.map((one) => [one.label, one.kind, one.mean, one.median, one.low90, one.high90, one.share]),
  };
}

export default {
  id: "why",
  title: "Why",
  shows: (document) => whyOf(document.parts) !== null,
  View: WhyView,
} satisfies View;
