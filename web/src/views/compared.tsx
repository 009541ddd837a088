import "../styles/movements.css";
import type { Axis } from "../axis";
import { Interval, IntervalKey, type Levels } from "../chart/interval";
import { ShowMore, shownRows } from "../chart/row-choices";
import { type Row, Rows, plainTicks } from "../chart/rows";
import type { Maybe } from "../data";
import { count, formatChange, formatIn, formatInterval, formatPercent } from "../format";
import { Choice, Frame } from "../frame";
import { useViewState } from "../state";
import type { Table } from "../table";
import type { View, ViewProps } from "../view";

export interface ComparedRow {
  name: string;
  label: string;
  unit: string;
  first: Levels;
  second: Levels;
  /** The second minus the first, draw by draw. */
  difference: Levels;
}

/** Two scenarios over one period: the rows that differ, those first that differ most. */
interface Compared {
  first: string;
  second: string;
  period: string;
  rows: ComparedRow[];
}

/** Rows shown at first. */
const FIRST = 15;

const comparedOf = (parts: Record<string, unknown>) => (parts["compared"] as Compared | undefined) ?? null;

/** The difference as a share of the first's median; null where that is nothing. */
export function relative({ first, difference }: ComparedRow): Levels | null {
  const level = Math.abs(first.median ?? 0);
  if (!level || difference.median === null) return null;
  const share = (value: Maybe | undefined) => (value == null ? null : value / level);
  return { low90: share(difference.low90), low50: share(difference.low50), median: share(difference.median), high50: share(difference.high50), high90: share(difference.high90) };
}

const change = (unit: string, levels: Levels) => `${formatChange(unit, levels.median)} (90 % interval ${formatChange(unit, levels.low90)} to ${formatChange(unit, levels.high90)})`;
const signedShare = (value: Maybe) => `${(value ?? 0) > 0 ? "+" : ""}${formatPercent(value)}`;

/** How far one scenario lies from another, a quantity in each row. */
function ComparedView({ document, id, title, state: restored }: ViewProps) {
  const [state, setState] = useViewState(restored);
  const told = comparedOf(document.parts);
  if (!told) return null;
  const drawn = told.rows.flatMap((row) => {
    const shares = relative(row);
    return shares ? [{ row, shares }] : [];
  });
  if (state["order"] === "name") drawn.sort((a, b) => a.row.label.localeCompare(b.row.label));
  const shown = shownRows(drawn, FIRST, state);
  const chosen = told.rows.find((row) => row.name === state["quantity"]);
  const ends = shown.flatMap(({ shares }) => [shares.low90, shares.high90]).filter((value): value is number => value !== null);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const pad = (high - low) * 0.04 || 1;
  const left = told.rows.length - drawn.length;
  return (
    <Frame
      id={id}
      title={`${title}: ${told.second} against ${told.first}`}
      about={document.about}
      state={state}
      caption={`${told.second} minus ${told.first}, ${told.period}, draw by draw, as a share of the median of ${told.first}: median with equal-tailed 50 % and 90 % intervals of the difference. ${shown.length < drawn.length ? `The first ${shown.length} of ${count(drawn.length, "quantity", "quantities")} that differ.` : `${count(drawn.length, "quantity", "quantities")} that differ.`}${left ? ` ${count(left, "quantity", "quantities")} of which ${told.first} has none: in the table only.` : ""}`}
      table={tableOf(told)}
      detail={
        chosen && (
          <div class="chosen">
            <p>
              <strong>{chosen.label}</strong>
              {chosen.unit === "share" ? "" : `, ${chosen.unit}`}, {told.period}
            </p>
            <ul>
              {([[told.first, chosen.first], [told.second, chosen.second]] as const).map(([name, levels]) => (
                <li key={name}>
                  {name}: {formatIn(chosen.unit, levels.median)} (90 % interval {formatInterval(chosen.unit, levels.low90, levels.high90)})
                </li>
              ))}
              <li>difference: {change(chosen.unit, chosen.difference)}</li>
            </ul>
          </div>
        )
      }
      controls={
        drawn.length > 1 && (
          <>
            <Choice label="Order" value={state["order"] ?? ""} options={[["", "largest difference first"], ["name", "by name"]]} onChange={(order) => setState({ order })} />
            <ShowMore all={drawn.length} first={FIRST} state={state} change={setState} />
          </>
        )
      }
    >
      <ul class="keys" aria-hidden="true">
        <IntervalKey name="difference" inner />
      </ul>
      <Rows
        rows={(axis) => shown.map(({ row, shares }) => rowOf(row, shares, axis))}
        domain={[low - pad, high + pad]}
        label={`Differences of ${told.second} from ${told.first} in ${shown.length} quantities. Arrow keys go from row to row, Enter chooses one.`}
        chosen={chosen?.name ?? ""}
        onChoose={(quantity) => setState({ quantity })}
        ticks={(width) => plainTicks([low, high], width, true)}
        mark={0}
        unit="less   ←   difference   →   more"
      />
    </Frame>
  );
}

function rowOf(row: ComparedRow, shares: Levels, axis: Axis): Row {
  return {
    key: row.name,
    text: row.label,
    aside: `${signedShare(shares.median)} · ${formatChange(row.unit, row.difference.median)}`,
    name: `${row.label}: ${signedShare(shares.median)}, 90 % interval ${signedShare(shares.low90)} to ${signedShare(shares.high90)}; in its unit ${change(row.unit, row.difference)}`,
    drawing: <Interval levels={shares} axis={axis} />,
  };
}

/** Units differ from row to row, so numbers stand as they are and the unit beside them. */
function tableOf(told: Compared): Table {
  return {
    caption: `${told.second} against ${told.first}, ${told.period}: medians, and the difference draw by draw; shares as parts of one`,
    fileName: "compared",
    columns: [
      { heading: "quantity", name: "quantity" },
      { heading: "unit", name: "unit" },
      ...(["first", "second"] as const).map((side) => ({ heading: `${told[side]}, median`, name: `${side}_median`, show: (value: Maybe) => formatIn("", value) })),
      ...[["difference, median", "median"], ["50 % interval, low", "low_50"], ["50 % interval, high", "high_50"], ["90 % interval, low", "low_90"], ["90 % interval, high", "high_90"]].map(([heading = "", name = ""]) => ({ heading, name, show: (value: Maybe) => formatChange("", value) })),
    ],
    rows: told.rows.map(({ label, unit, first, second, difference: apart }) => [label, unit, first.median, second.median, apart.median, apart.low50 ?? null, apart.high50 ?? null, apart.low90, apart.high90]),
  };
}

export default {
  id: "compared",
  title: "Differences",
  shows: (document) => (comparedOf(document.parts)?.rows ?? []).some((row) => relative(row)),
  View: ComparedView,
} satisfies View;
