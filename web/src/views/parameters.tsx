import { makeAxis } from "../axis";
import { KeyEntry } from "../chart/legend";
import type { Maybe } from "../data";
import { formatNumber, formatPercent } from "../format";
import { Choice, Frame } from "../frame";
import { useWidth } from "../size";
import { useViewState } from "../state";
import type { Table } from "../table";
import type { View, ViewProps } from "../view";

interface Parameter {
  name: string;
  unit: string;
  prior_low90: Maybe;
  prior_high90: Maybe;
  median: Maybe;
  low90: Maybe;
  high90: Maybe;
  /** 0: nothing learnt, 1: known exactly. */
  contraction: Maybe;
  mostly_prior: boolean;
  reason: string;
}

interface ParametersPart {
  sentence: string;
  rows: Parameter[];
}

/** More rows than this are read in the table. */
const MOST_ROWS = 24;
const ROW = 26;
const TALL_ROW = 42;
const CHOICES = [["most", "of which most was learnt"], ["least", "of which least was learnt"], ["all", "all, by name"]] as const;

function chooseRows(rows: Parameter[], which: string): Parameter[] {
  const learnt = (one: Parameter) => one.contraction ?? 0;
  if (which === "all") return [...rows].sort((a, b) => a.name.localeCompare(b.name));
  const sign = which === "least" ? 1 : -1;
  return [...rows].sort((a, b) => sign * (learnt(a) - learnt(b))).slice(0, MOST_ROWS);
}

function tableOf(rows: Parameter[]): Table {
  const show = formatNumber;
  return {
    caption: "Parameters: prior and posterior, equal-tailed 90 % intervals",
    columns: [
      { heading: "parameter", name: "parameter" },
      { heading: "unit", name: "unit" },
      { heading: "prior, low", name: "prior_low_90", show },
      { heading: "prior, high", name: "prior_high_90", show },
      { heading: "posterior, median", name: "posterior_median", show },
      { heading: "posterior, low", name: "posterior_low_90", show },
      { heading: "posterior, high", name: "posterior_high_90", show },
      { heading: "contraction", name: "contraction", show: formatPercent },
      { heading: "rests on", name: "rests_on" },
      { heading: "reason of the prior", name: "reason" },
    ],
    rows: rows.map((one) => [
      one.name,
      one.unit,
      one.prior_low90,
      one.prior_high90,
      one.median,
      one.low90,
      one.high90,
      one.contraction,
      one.mostly_prior ? "mostly prior" : "the evidence",
      one.reason,
    ]),
    fileName: "parameters",
  };
}

/** What the evidence made of each parameter's prior. */
function ParametersView({ document, id, title, state: restored }: ViewProps) {
  const part = document.parts["parameters"] as ParametersPart;
  const [state, change] = useViewState(restored);
  const many = part.rows.length > MOST_ROWS;
  const which = many ? (state["rows"] ?? "most") : "all";
  const rows = chooseRows(part.rows, which);
  const caption =
    "Units differ, so each row is scaled to its own prior: the pale bar is the prior's equal-tailed 90 % interval; line and dot are posterior 90 % interval and median. " +
    part.sentence;
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={state}
      caption={caption}
      table={tableOf(rows)}
      controls={many && <Choice label={`${Math.min(MOST_ROWS, rows.length)} of ${part.rows.length} parameters`} value={which} options={CHOICES} onChange={(to) => change({ rows: to })} />}
    >
      <ul class="keys" aria-hidden="true">
        <KeyEntry words="prior, 90 % interval">
          <rect class="band90" x={-12} y={-5} width={24} height={10} />
        </KeyEntry>
        <KeyEntry words="posterior, median and 90 % interval">
          <path class="span" d="M-12,0H12" />
          <circle class="dot" r={4} />
        </KeyEntry>
        <KeyEntry words="posterior, mostly prior">
          <path class="span faint" d="M-12,0H12" />
          <circle class="dot faint" r={4} />
        </KeyEntry>
      </ul>
      <ParametersPicture rows={rows} />
    </Frame>
  );
}

function ParametersPicture({ rows }: { rows: Parameter[] }) {
  const [place, width] = useWidth<HTMLDivElement>();
  const narrow = width < 520;
  const row = narrow ? TALL_ROW : ROW;
  const left = narrow ? 8 : Math.min(300, Math.max(...rows.map((one) => 14 + 7 * one.name.length)));
  const height = rows.length * row + 28;
  // Room for what goes beyond the prior's interval.
  const across = makeAxis([-0.3, 1.3], [left, width - 8]);
  const clamp = (value: number) => Math.max(-0.3, Math.min(1.3, value));
  return (
    <div class="canvas" ref={place}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`Prior and posterior of ${rows.length} parameters. All values are in the table.`}>
        {[0, 0.5, 1].map((at) => (
          <g key={at} transform={`translate(${across(at)},0)`} aria-hidden="true">
            <line class="rule" y1={0} y2={height - 26} />
            <text class="tick" y={height - 10} text-anchor="middle">
              {["prior 5 %", "middle", "prior 95 %"][at * 2]}
            </text>
          </g>
        ))}
        {rows.map((one, index) => {
          const [low, high] = [one.prior_low90 ?? 0, one.prior_high90 ?? 1];
          const at = (value: Maybe) => across(clamp(((value ?? low) - low) / (high - low || 1)));
          const y = index * row + (narrow ? 30 : row / 2);
          const look = one.mostly_prior ? "faint" : "";
          const words = one.name.replaceAll("_", " ");
          const room = narrow ? Math.floor(width / 6.5) : 42;
          return (
            <g key={one.name}>
              <title>{`${words}: ${formatNumber(one.median)} (${formatNumber(one.low90)} to ${formatNumber(one.high90)}) ${one.unit}`}</title>
              <text class="tick" x={narrow ? 8 : left - 10} y={narrow ? index * row + 16 : y} dy={narrow ? 0 : "0.32em"} text-anchor={narrow ? "start" : "end"}>
                {words.length > room ? `${words.slice(0, room - 1)}…` : words}
              </text>
              <rect class="band90" x={across(0)} width={across(1) - across(0)} y={y - 5} height={10} />
              <path class={`span ${look}`} d={`M${at(one.low90)},${y}H${at(one.high90)}`} />
              <circle class={`dot ${look}`} cx={at(one.median)} cy={y} r={4} />
            </g>
          );
        })}
      </svg>
    </div>
  );
}

export default {
  id: "parameters",
  title: "Parameters before and after the evidence",
  shows: (document) => document.parts["parameters"] !== undefined,
  View: ParametersView,
} satisfies View;
