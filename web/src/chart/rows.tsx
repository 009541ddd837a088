/** Rows of a picture: a text above, a drawing below it; one stop of the Tab key. */
import type { ComponentChildren } from "preact";
import { ticks as roundTicks } from "d3-array";
import { type Axis, makeAxis } from "../axis";
import { formatTick } from "../format";
import { useWidth } from "../size";
import { fitText } from "../text";
import { useRoving } from "./roving";

export interface Row {
  key: string;
  /** Above the drawing, at the left; cut where there is no room. */
  text: string;
  /** Above the drawing, at the right. */
  aside: string;
  /** Read aloud. */
  name: string;
  /** The drawing, 0 is the middle of its height. */
  drawing: ComponentChildren;
}

interface RowsProps {
  rows: (axis: Axis) => Row[];
  /** First and last value of the axis. */
  domain: [number, number];
  log?: boolean;
  /** Pixels kept free at both ends of the axis. */
  margin?: number;
  label: string;
  chosen: string;
  onChoose: (key: string) => void;
  /** Values named above the rows, for a picture so wide. */
  ticks: (width: number) => [at: number, text: string][];
  /** A value marked by a line through all rows. */
  mark: number;
  unit: string;
  /** Patterns that the drawings use. */
  children?: ComponentChildren;
}

const ROW = 42;
const HEAD = 40;

/** Round values of an axis with their words. */
export function plainTicks([low, high]: [number, number], width: number, percent: boolean): [number, string][] {
  return roundTicks(low, high, width < 520 ? 3 : 7).map((at) => [at, percent ? `${formatTick(100 * at)} %` : formatTick(at)]);
}

/** Draw rows on one axis, as wide as there is room. */
export function Rows({ domain, log = false, margin = 6, rows: make, label, chosen, onChoose, ticks, mark, unit, children }: RowsProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const axis = makeAxis(domain, [margin, width - margin], log);
  const rows = make(axis);
  const height = HEAD + rows.length * ROW + 8;
  const roving = useRoving(rows.map((row) => row.key), chosen, onChoose);
  return (
    <div class="canvas" ref={place}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="group" aria-label={label}>
        {children}
        <g aria-hidden="true">
          <text class="unit" x={0} y={12}>
            {unit}
          </text>
          {ticks(width).map(([at, text]) => (
            <g key={at} transform={`translate(${axis(at).toFixed(1)},0)`}>
              <line class={at === mark ? "base" : "rule"} y1={HEAD - 4} y2={height} />
              <text class="tick" y={HEAD - 10} text-anchor="middle">
                {text}
              </text>
            </g>
          ))}
        </g>
        <g {...roving.group}>
          {rows.map((row, index) => (
            <g key={row.key} transform={`translate(0,${HEAD + index * ROW})`}>
              <rect class="row" x={0} y={0} width={width} height={ROW} {...roving.part(row.key, row.name)} />
              <g class="row-inside" aria-hidden="true">
                <text class="row-text" x={2} y={15}>
                  {fitText(row.text, width - 8 - 6.6 * row.aside.length)}
                </text>
                <text class="row-aside" x={width - 2} y={15} text-anchor="end">
                  {row.aside}
                </text>
                <g transform="translate(0,28)">{row.drawing}</g>
              </g>
            </g>
          ))}
        </g>
      </svg>
    </div>
  );
}
