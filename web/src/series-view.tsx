/** Courses of one kind through time, with every claim at its window: the view behind flows, shares and stocks. */
import { type Scale, extentOf, makeAxis, makeValueAxis } from "./axis";
import { Axes, tickRoom } from "./chart/axes";
import { Bands } from "./chart/bands";
import { Claims, shownClaims } from "./chart/claims";
import { BandKeys, ClaimKeys } from "./chart/legend";
import { readTimeChoices } from "./chart/time-choices";
import { DragToZoom } from "./chart/zoom";
import { ClaimDetail } from "./claim-detail";
import { DAY, type Kind, type Series, dayTime } from "./data";
import { count } from "./format";
import { Choice, Frame } from "./frame";
import { seriesTable } from "./series-table";
import { useWidth } from "./size";
import { useViewState } from "./state";
import type { ViewProps } from "./view";

const EVERYBODY = "everybody";

/** A view of the series of one kind; stocks, flows and shares never share an axis. */
export function SeriesView({ kind, noun, ...props }: ViewProps & { kind: Kind; noun: string }) {
  const all = (props.document.parts.series ?? []).filter((series) => series.kind === kind);
  const [state, change] = useViewState(props.state);
  const groups = [...new Set(all.map((series) => series.group || EVERYBODY))];
  const group = groups.includes(state["group"] ?? "") ? state["group"] : "";
  const offered = group ? all.filter((series) => (series.group || EVERYBODY) === group) : all;
  const series = offered.find((one) => one.observable === state["series"]) ?? offered[0];
  if (!series) return null;
  const { span, scale, zoom, controls: choices } = readTimeChoices(state, change, [series], (shown) => statedIn(series, shown));
  const claims = shownClaims(series.claims, span);
  const chosen = series.claims.find((claim) => claim.id === state["claim"]);
  const controls = (
    <>
      {all.length > 1 && (
        <Choice
          label={noun}
          value={series.observable}
          options={offered.map((one) => [one.observable, one.label])}
          onChange={(observable) => change({ series: observable, claim: "" })}
        />
      )}
      {groups.length > 1 && (
        <Choice
          label="Group"
          value={group ?? ""}
          options={[["", "all groups"], ...groups.map((name) => [name, name] as const)]}
          onChange={(name) => change({ group: name, series: "", claim: "" })}
        />
      )}
      {choices}
    </>
  );
  const kept = { ...state, series: series.observable, group: group ?? "" };
  return (
    <Frame
      id={props.id}
      title={props.title}
      about={props.document.about}
      state={kept}
      caption={describe(series, scale, claims.length)}
      table={seriesTable(series, span)}
      controls={controls}
      detail={chosen && <ClaimDetail claim={chosen} series={series} onClose={() => change({ claim: "" })} />}
    >
      <ul class="keys" aria-hidden="true">
        <BandKeys />
        <ClaimKeys claims={claims} />
      </ul>
      <SeriesPicture
        id={props.id}
        series={series}
        span={span}
        scale={scale}
        chosen={chosen?.id ?? ""}
        onChoose={(claim) => change({ claim })}
        onZoom={zoom}
      />
    </Frame>
  );
}

interface PictureProps {
  /** Of the view; a page may hold several of a kind. */
  id: string;
  series: Series;
  span: [number, number];
  scale: Scale;
  chosen: string;
  onChoose: (claim: string) => void;
  onZoom: (span: [number, number] | null) => void;
  /** The last day of the evidence, where the course goes on beyond it. */
  until?: string;
}

/** The picture alone. */
export function SeriesPicture({ id, series, span, scale, chosen, onChoose, onZoom, until }: PictureProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const height = width < 520 ? 340 : 430;
  const percent = series.kind === "share";
  const claims = shownClaims(series.claims, span);
  const extent = extentOf([series], statedIn(series, span), span);
  const value = makeValueAxis(extent, scale, [height - 28, 34]);
  const box = { left: tickRoom(value, percent), right: width - 14, top: 34, bottom: height - 28 };
  const time = makeAxis(span, [box.left, box.right]);
  const clip = `clip-${id}`;
  const words = `${series.label}, ${series.full_unit}, through time.`;
  return (
    <div class="canvas" ref={place}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role={claims.length ? "group" : "img"}
        aria-label={claims.length ? `${words} ${count(claims.length, "claim")}: arrow keys go from claim to claim, Enter chooses one.` : `${words} All values are in the table.`}
      >
        <clipPath id={clip}>
          <rect x={box.left} y={0} width={Math.max(0, box.right - box.left)} height={height} />
        </clipPath>
        <Axes box={box} time={time} value={value} unit={series.full_unit} percent={percent} />
        <g clip-path={`url(#${clip})`}>
          <Bands courses={[{ course: series }]} time={time} value={value} />
          {until && <line class="until" x1={time(dayTime(until) + DAY)} x2={time(dayTime(until) + DAY)} y1={box.top} y2={box.bottom} />}
        </g>
        <DragToZoom box={box} time={time} onZoom={onZoom} />
        <Claims claims={claims} unit={series.unit} time={time} value={value} box={box} chosen={chosen} onChoose={onChoose} />
      </svg>
    </div>
  );
}

function statedIn(series: Series, span: [number, number]): (number | null)[] {
  return shownClaims(series.claims, span).flatMap(({ drawn }) => [drawn.value, drawn.low, drawn.high]);
}

function describe(series: Series, scale: Scale, claims: number): string {
  const parts = [`${series.label}, ${series.full_unit}: posterior median with equal-tailed 50 % and 90 % intervals.`];
  if (claims) parts.push(`${count(claims, "claim")}, each across the time that it speaks of.`);
  if (claims && series.kind === "flow") parts.push(`A claim about another length of time stands at its average per ${series.per}.`);
  const silent = series.claims.filter((claim) => !claim.drawn).length;
  if (silent) parts.push(`${count(silent, "claim")} without a number: in the tables only.`);
  if (scale === "log") parts.push("The axis is logarithmic: equal steps up multiply.");
  if (series.note) parts.push(series.note);
  return parts.join(" ");
}
