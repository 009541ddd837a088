import "../styles/movements.css";
import type { Axis } from "../axis";
import { ClaimLink } from "../belief/claim-link";
import { placeClaims } from "../belief/data";
import { Mark } from "../chart/claims";
import { clampTo, factorDomain, factorLabels } from "../chart/factors";
import { Interval, IntervalKey, type Levels } from "../chart/interval";
import { KeyEntry } from "../chart/legend";
import { ChooseOne, ShowMore, namesOf, shownRows } from "../chart/row-choices";
import { type Row, Rows } from "../chart/rows";
import { type Maybe, type ViewsDocument, dayTime } from "../data";
import { count, formatIn, formatInterval, formatPercent, formatWindow, shortWindow } from "../format";
import { Choice, Frame } from "../frame";
import { useViewState } from "../state";
import type { Table } from "../table";
import type { View, ViewProps } from "../view";

/** A claim that no fit had seen, and what was foretold of it. */
export interface Foretold extends Levels {
  claim: string;
  label: string;
  unit: string;
  agency: string;
  first: string;
  last: string;
  value: number;
  inside: boolean;
  /** Its place in what was foretold: 0 below all, 1 above all. */
  place: number;
}

/** Rows shown at first. */
const FIRST = 15;
/** An axis of factors goes no farther than this; what lies beyond stands at its end. */
const MOST = Math.log(30);

const foretoldOf = (parts: Record<string, unknown>) => (parts["foretold"] as Foretold[] | undefined) ?? [];
const surprise = (one: Foretold) => Math.abs(one.place - 0.5);

/** A number on the scale on which claims are judged: of persons as it is, of shares the odds. */
function sized(one: Foretold, value: Maybe | undefined): number | null {
  if (value == null) return null;
  return one.unit === "share" ? value / Math.max(1e-9, 1 - value) : value;
}

/** What was foretold, and what was reported, as factors of the foretold median; null where that is nothing. */
export function factorsOf(one: Foretold): { levels: Levels; reported: number } | null {
  const middle = sized(one, one.median);
  if (!middle || middle < 0) return null;
  // Nothing lies infinitely far below; it is drawn at the end of the axis.
  const factor = (value: Maybe | undefined) => {
    const size = sized(one, value);
    return size === null ? null : Math.max(size / middle, 1e-9);
  };
  return {
    levels: { low90: factor(one.low90), low50: factor(one.low50), median: 1, high50: factor(one.high50), high90: factor(one.high90) },
    reported: factor(one.value) ?? 1,
  };
}

/** Claims against what the system foretold of them, each as a factor of its foretold median. */
function ForetoldView({ document, id, title, state: restored }: ViewProps) {
  const [state, change] = useViewState(restored);
  const all = foretoldOf(document.parts);
  const offered = all.filter((one) => (!state["agency"] || one.agency === state["agency"]) && (!state["quantity"] || one.label === state["quantity"]) && (state["which"] !== "outside" || !one.inside));
  const sorted = [...offered].sort((a, b) => (state["order"] === "time" ? dayTime(a.first) - dayTime(b.first) : surprise(b) - surprise(a)));
  const drawn = sorted.flatMap((one) => {
    const factors = factorsOf(one);
    return factors ? [{ one, ...factors }] : [];
  });
  const shown = shownRows(drawn, FIRST, state);
  const chosen = all.find((one) => one.claim === state["claim"]);
  const sizes = shown.flatMap(({ levels, reported }) => [levels.low90 ?? 1, levels.high90 ?? 1, reported]).map((factor) => Math.abs(Math.log(factor)));
  const reach = Math.min(MOST, Math.max(0.1, ...sizes));
  const inside = offered.filter((one) => one.inside).length;
  const left = offered.length - drawn.length;
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={state}
      caption={`${count(offered.length, "claim")} that the fit had not seen, ${inside} inside the 90 % interval foretold of them${shown.length < drawn.length ? `; the first ${shown.length} shown` : ""}. Each row is scaled to its own foretold median (of shares: by the odds): line and dot are the foretold equal-tailed 50 % and 90 % intervals and the median, the mark is what was reported.${sizes.some((size) => size > MOST) ? " What lies farther out than the axis stands at its end." : ""}${left ? ` ${count(left, "claim")} of which nothing was foretold: in the table only.` : ""}`}
      table={tableOf(sorted)}
      detail={chosen && <Detail one={chosen} document={document} />}
      controls={
        <>
          <ChooseOne label="Quantity" name="quantity" none="all" options={namesOf(all.map((one) => one.label))} state={state} change={change} />
          <ChooseOne label="Agency" name="agency" none="all" options={namesOf(all.map((one) => one.agency))} state={state} change={change} />
          <Choice label="Claims" value={state["which"] ?? ""} options={[["", "all"], ["outside", "outside their 90 % interval"]]} onChange={(which) => change({ which })} />
          <Choice label="Order" value={state["order"] ?? ""} options={[["", "most surprising first"], ["time", "by time"]]} onChange={(order) => change({ order })} />
          <ShowMore all={drawn.length} first={FIRST} state={state} change={change} />
        </>
      }
    >
      <ul class="keys" aria-hidden="true">
        <IntervalKey name="foretold" inner />
        <KeyEntry words="reported, inside 90 %">
          <Mark shape="exact" />
        </KeyEntry>
        <KeyEntry words="reported, outside">
          <path class="outside" d={OUTSIDE} />
        </KeyEntry>
      </ul>
      {shown.length === 0 && <p>No claim is like that.</p>}
      <Rows
        rows={(axis) => shown.map(({ one, levels, reported }) => rowOf(one, levels, reported, axis))}
        domain={factorDomain(reach)}
        log
        margin={14}
        label={`${shown.length} claims and what was foretold of them. Arrow keys go from row to row, Enter chooses one.`}
        chosen={chosen?.claim ?? ""}
        onChoose={(claim) => change({ claim })}
        ticks={(width) => factorLabels(reach, width, "as foretold")}
        mark={1}
        unit="less than foretold   ←      →   more"
      />
    </Frame>
  );
}

/** A cross, which is told from a dot without its colour. */
const OUTSIDE = "M-5,-5L5,5M-5,5L5,-5";

function rowOf(one: Foretold, levels: Levels, reported: number, axis: Axis): Row {
  const at = axis(clampTo(axis, reported)).toFixed(1);
  const told = `reported ${formatIn(one.unit, one.value)}, foretold ${formatIn(one.unit, one.median)}`;
  return {
    key: one.claim,
    text: `${shortWindow(one.first, one.last)} · ${one.label} · ${one.agency}`,
    aside: `${formatIn(one.unit, one.value)} against ${formatIn(one.unit, one.median)}`,
    name: `${one.claim}: ${one.label}, ${formatWindow(one.first, one.last)}, ${one.agency}: ${told}, 90 % interval ${formatInterval(one.unit, one.low90, one.high90)}; ${one.inside ? "inside" : "outside"}`,
    drawing: (
      <>
        <Interval levels={levels} axis={axis} />
        <g transform={`translate(${at},0)`}>{one.inside ? <Mark shape="exact" /> : <path class="outside" d={OUTSIDE} />}</g>
      </>
    ),
  };
}

function Detail({ one, document }: { one: Foretold; document: ViewsDocument }) {
  const unit = one.unit === "share" ? "" : ` ${one.unit}`;
  return (
    <div class="chosen">
      <p>
        <strong>
          <ClaimLink id={one.claim} placed={placeClaims(document).get(one.claim)} />
        </strong>
        , {one.agency}: {one.label}, {formatWindow(one.first, one.last)}
      </p>
      <p>
        Reported {formatIn(one.unit, one.value)}
        {unit}; foretold {formatIn(one.unit, one.median)}
        {unit} (50 % interval {formatInterval(one.unit, one.low50, one.high50)}, 90 % interval {formatInterval(one.unit, one.low90, one.high90)}): {one.inside ? "inside" : "outside"}. Chance foretold of less than what was reported: {formatPercent(one.place)}.
      </p>
    </div>
  );
}

function tableOf(all: Foretold[]): Table {
  const show = (value: Maybe) => formatIn("", value);
  return {
    caption: "Claims that the fit had not seen, and what was foretold of them; shares as parts of one",
    fileName: "foretold",
    columns: [
      { heading: "claim", name: "claim" },
      { heading: "quantity", name: "quantity" },
      { heading: "counted by", name: "agency" },
      { heading: "first day", name: "first_day" },
      { heading: "last day", name: "last_day" },
      { heading: "unit", name: "unit" },
      { heading: "reported", name: "value", show },
      { heading: "foretold, median", name: "median", show },
      { heading: "50 % interval, low", name: "low_50", show },
      { heading: "50 % interval, high", name: "high_50", show },
      { heading: "90 % interval, low", name: "low_90", show },
      { heading: "90 % interval, high", name: "high_90", show },
      { heading: "inside 90 %", name: "inside_90" },
      { heading: "place", name: "place", show },
    ],
    rows: all.map((one) => [one.claim, one.label, one.agency, one.first, one.last, one.unit, one.value, one.median, one.low50 ?? null, one.high50 ?? null, one.low90, one.high90, one.inside ? "yes" : "no", one.place]),
  };
}

export default {
  id: "foretold",
  title: "Claims against what was foretold of them",
  shows: (document) => foretoldOf(document.parts).length > 0,
  View: ForetoldView,
} satisfies View;
