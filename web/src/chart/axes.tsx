/** Axes of a picture through time. */
import { type Axis, timeTicks, valueTicks } from "../axis";
import { formatTick, formatTimeTick } from "../format";

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

interface AxesProps {
  box: Box;
  time: Axis;
  value: Axis;
  unit: string;
  percent: boolean;
  /** Whether times are written below; one of two pictures above each other does without. */
  dated?: boolean;
}

/** Grid, ticks and unit; read aloud by the picture's own words, so hidden here. */
export function Axes({ box, time, value, unit, percent, dated = true }: AxesProps) {
  const times = timeTicks(time, Math.max(2, Math.min(10, Math.floor((box.right - box.left) / 72))));
  return (
    <g aria-hidden="true">
      <text class="unit" x={0} y={box.top - 14}>
        {unit}
      </text>
      {valueTicks(value).map((tick) => (
        <g key={tick} transform={`translate(0,${value(tick).toFixed(1)})`}>
          <line class={tick === 0 ? "rule zero" : "rule"} x1={box.left} x2={box.right} />
          <text class="tick" x={box.left - 7} dy="0.32em" text-anchor="end">
            {percent ? `${formatTick(100 * tick)} %` : formatTick(tick)}
          </text>
        </g>
      ))}
      <line class="base" x1={box.left} x2={box.right} y1={box.bottom} y2={box.bottom} />
      {dated &&
        times.map((tick) => (
          <g key={tick} transform={`translate(${time(tick).toFixed(1)},${box.bottom})`}>
            <line class="base" y2={4} />
            <text class="tick" y={17} text-anchor="middle">
              {formatTimeTick(tick)}
            </text>
          </g>
        ))}
    </g>
  );
}

/** Room that the ticks of a value axis take at its left. */
export function tickRoom(value: Axis, percent: boolean): number {
  const texts = valueTicks(value).map((tick) => (percent ? `${formatTick(100 * tick)} %` : formatTick(tick)));
  return 12 + 7.2 * Math.max(2, ...texts.map((text) => text.length));
}
