/** An interval in a row: the 90 % interval thin, the 50 % interval thick, the median a dot. */
import type { Axis } from "../axis";
import type { Maybe } from "../data";
import { clampTo } from "./factors";
import { KeyEntry } from "./legend";

export interface Levels {
  low90: Maybe;
  low50?: Maybe;
  median: Maybe;
  high50?: Maybe;
  high90: Maybe;
}

/** Draw an interval on the axis of its row; what goes beyond the axis ends at its end. */
export function Interval({ levels, axis }: { levels: Levels; axis: Axis }) {
  const at = (value: Maybe | undefined) => (value == null ? null : axis(clampTo(axis, value)).toFixed(1));
  const [low, high, inner, outer, middle] = [at(levels.low90), at(levels.high90), at(levels.low50), at(levels.high50), at(levels.median)];
  return (
    <>
      {low !== null && high !== null && <path class="whisker" d={`M${low},0H${high}`} />}
      {inner !== null && outer !== null && <path class="whisker inner" d={`M${inner},0H${outer}`} />}
      {middle !== null && <circle class="dot" cx={middle} r={4.5} />}
    </>
  );
}

/** What an interval's parts mean. */
export function IntervalKey({ name = "", inner = false }: { name?: string; inner?: boolean }) {
  const before = name && `${name}: `;
  return (
    <KeyEntry words={inner ? `${before}median, 50 % and 90 % interval` : `${before}median and 90 % interval`}>
      <path class="whisker" d="M-12,0H12" />
      {inner && <path class="whisker inner" d="M-7,0H7" />}
      <circle class="dot" r={4} />
    </KeyEntry>
  );
}
