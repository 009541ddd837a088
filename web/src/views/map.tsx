import "../styles/movements.css";
import { geoPath } from "d3-geo";
import { useMemo } from "preact/hooks";
import { Hatch } from "../chart/hatch";
import { KeyEntry } from "../chart/legend";
import { Frame } from "../frame";
import { type Movements, courseOf, formatPeriod, formatPersons, formatSpread, homeNames, movementsOf } from "../movement/data";
import { type Point, arrowPath, bowsOf, makeProjection, placeNames, placePoints, readGround } from "../movement/geography";
import { useWidth } from "../size";
import { useViewState } from "../state";
import type { Table } from "../table";
import type { View, ViewProps } from "../view";

/** A move between two places in the chosen time. */
interface Flow {
  pair: number;
  from: number;
  to: number;
  home: boolean;
  mean: number;
  median: number | null;
  low90: number | null;
  high90: number | null;
}

const COURSES = ["away", "onward", "return"] as const;

/** Moves between places as arrows on a map, by period or over the whole time. */
function MapView({ document, id, title, state: restored }: ViewProps) {
  const [state, change] = useViewState(restored);
  const told = movementsOf(document);
  if (!told) return null;
  const { moves } = told;
  const n = moves.bounds.length - 1;
  const asked = Number(state["period"] || 0);
  // 0 is the whole time, then every period in turn.
  const stop = Number.isInteger(asked) && asked >= 0 && asked <= n ? asked : 0;
  const flows = flowsAt(told, stop);
  const chosen = flows.find((flow) => `${flow.pair}` === state["move"]);
  const when = (at: number) => (at ? formatPeriod(moves.bounds[at - 1] ?? "", moves.bounds[at] ?? "") : `${formatPeriod(moves.bounds[0] ?? "", moves.bounds[n] ?? "")}, the whole time`);
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={state}
      caption={describe(told, stop, when(stop))}
      table={movesTable(told)}
      detail={
        chosen && (
          <p class="chosen">
            <strong>
              {told.places[chosen.from]?.label} to {told.places[chosen.to]?.label}
            </strong>
            , {when(stop)}: {formatSpread(chosen.median, chosen.low90, chosen.high90)} moves.
          </p>
        )
      }
      controls={
        <div class="slider">
          <label for="map-period">Time</label>
          <input
            id="map-period"
            type="range"
            min={0}
            max={n}
            step={1}
            value={stop}
            aria-valuetext={when(stop)}
            onInput={(event) => change({ period: event.currentTarget.value === "0" ? "" : event.currentTarget.value })}
          />
          <output for="map-period">{when(stop)}</output>
          <button type="button" disabled={stop === 0} onClick={() => change({ period: "" })}>
            Whole time
          </button>
        </div>
      }
    >
      <ul class="keys" aria-hidden="true">
        {COURSES.filter((course) => flows.some((flow) => courseOf(told.places, flow.from, flow.to, flow.home) === course)).map((course) => (
          <KeyEntry key={course} words={{ away: "away from home", onward: "between other places", return: "returns home" }[course]}>
            {course === "return" && <Hatch id="hatch-map-key" />}
            <path class={`ribbon ${course}`} d={arrowPath([-12, 2], [12, 2], 4)} fill={course === "return" ? "url(#hatch-map-key)" : undefined} />
          </KeyEntry>
        ))}
      </ul>
      <MapPicture told={told} flows={flows} most={mostOf(told, stop)} chosen={chosen?.pair ?? -1} onChoose={(pair) => change({ move: pair })} when={when(stop)} />
        <ol class="moves">
          {flows.map((flow) => (
            <li key={flow.pair}>
              <button type="button" aria-pressed={flow === chosen} onClick={() => change({ move: flow === chosen ? "" : `${flow.pair}` })}>
                <span class={`swatch ${courseOf(told.places, flow.from, flow.to, flow.home)}`} aria-hidden="true" />
                <span>
                  {told.places[flow.from]?.label} to {told.places[flow.to]?.label}
                  {flow.home ? " (return)" : ""}
                  <small>{formatSpread(flow.median, flow.low90, flow.high90)}</small>
                </span>
              </button>
            </li>
          ))}
        </ol>
    </Frame>
  );
}

/** Moves at a stop of the slider, most first; those that nobody makes are left out. */
export function flowsAt({ moves }: Movements, stop: number): Flow[] {
  return moves.pairs
    .map(([from, to, home], pair): Flow => {
      const read = (by: "mean" | "median" | "low90" | "high90") => (stop ? moves.persons[by][pair]?.[stop - 1] : moves.total[by][pair]) ?? null;
      return { pair, from, to, home, mean: read("mean") ?? 0, median: read("median"), low90: read("low90"), high90: read("high90") };
    })
    .filter((flow) => (flow.high90 ?? 0) >= 0.5)
    .sort((a, b) => b.mean - a.mean);
}

/** What the widest arrow stands for: over all periods, so that arrows can be compared as the slider moves. */
function mostOf({ moves }: Movements, stop: number): number {
  return stop ? Math.max(...moves.persons.mean.flatMap((row) => row.map((value) => value ?? 0))) : Math.max(...moves.total.mean.map((value) => value ?? 0));
}

interface PictureProps {
  told: Movements;
  flows: Flow[];
  most: number;
  chosen: number;
  onChoose: (pair: string) => void;
  when: string;
}

/** The map alone. */
export function MapPicture({ told, flows, most, chosen, onChoose, when }: PictureProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const height = Math.round(width < 520 ? width * 0.95 : Math.min(600, width * 0.6));
  const { places, outlines } = told;
  const used = new Set(told.moves.pairs.flatMap(([from, to]) => [from, to]));
  const { shapes, points } = useMemo(() => {
    const ground = readGround(places, outlines);
    const globe = placePoints(places, outlines);
    const known = globe.filter((point): point is Point => point !== null);
    const off = places.map((_, index) => index).filter((index) => !globe[index]);
    const floor = off.length ? 30 : 0;
    const projection = known.length ? makeProjection(known, ground, width, height - floor) : null;
    const draw = projection ? geoPath(projection).digits(1) : () => "";
    const placed = globe.map((point) => (point && projection ? (projection(point) as Point | null) : null));
    off.forEach((index, at) => {
      placed[index] = [(width * (at + 1)) / (off.length + 1), height - 24];
    });
    return {
      shapes: { land: ground.land ? draw(ground.land) : "", own: ground.outlines.map((outline) => (outline ? draw(outline) : "")) },
      points: placed,
    };
  }, [places, outlines, width, height]);
  const widest = Math.max(7, Math.min(20, width / 44));
  const drawn = flows.flatMap((flow) => {
    const [from, to] = [points[flow.from], points[flow.to]];
    return from && to ? [{ flow, from, to }] : [];
  });
  const bows = bowsOf(drawn);
  const arrows = drawn.map((arrow, index) => ({ ...arrow, bow: bows[index] }));
  const names = placeNames(
    places.flatMap((one, index) => {
      const point = points[index];
      return point && used.has(index) ? [{ index, text: one.label, at: point }] : [];
    }),
    width,
    height,
  );
  return (
    <div class="canvas movements" ref={place}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`Map of moves between places, ${when}. The list beside it says the same.`}>
        <Hatch id="hatch-map" />
        <rect class="sea" width={width} height={height} />
        <path class="land" d={shapes.land ?? ""} />
        {shapes.own.map((path, index) => path && <path key={places[index]?.name} class="country" d={path} />)}
        {[...arrows].reverse().map(({ flow, from, to, bow }) => {
          const course = courseOf(places, flow.from, flow.to, flow.home);
          return (
            <path
              key={flow.pair}
              class={`ribbon arrow ${course} ${flow.pair === chosen ? "picked" : ""}`}
              d={arrowPath(from, to, Math.max(1.4, (widest * flow.mean) / (most || 1)), bow)}
              fill={course === "return" ? "url(#hatch-map)" : undefined}
              onClick={() => onChoose(flow.pair === chosen ? "" : `${flow.pair}`)}
            />
          );
        })}
        {names.map((name) => (
          <g key={name.index}>
            <circle class="spot" cx={name.at[0].toFixed(1)} cy={name.at[1].toFixed(1)} r={3.5} />
            <text class="spot-name" x={name.x.toFixed(1)} y={name.y.toFixed(1)} text-anchor={name.anchor}>
              {name.text}
            </text>
          </g>
        ))}
      </svg>
    </div>
  );
}

function describe(told: Movements, stop: number, when: string): string {
  const { places } = told;
  const points = placePoints(places, told.outlines);
  const used = new Set(told.moves.pairs.flatMap(([from, to]) => [from, to]));
  const off = places.filter((_, index) => !points[index] && used.has(index)).map((place) => place.label);
  return [
    `Moves between places, ${when}; one person can make several.`,
    `An arrow is as wide as the mean number of moves, to one scale ${stop ? "for all periods" : "over the whole time"}, and never thinner than can be seen.`,
    `Every arrow bows to its left, so that there and back lie apart; returns to ${homeNames(places)} are hatched.`,
    off.length ? `Without a position, so below the map: ${off.join(", ")}.` : "",
    told.outlines ? "Coasts and borders of today: Natural Earth; former states are merged from them." : "No place says in which country it lies, so there are no outlines.",
  ].filter(Boolean).join(" ");
}

function movesTable(told: Movements): Table {
  const { moves, places } = told;
  const number = (heading: string, name: string) => ({ heading, name, show: formatPersons });
  return {
    caption: "Moves between places by period",
    fileName: "moves",
    columns: [
      { heading: "from", name: "from" },
      { heading: "to", name: "to" },
      { heading: "return", name: "return" },
      { heading: "period", name: "period" },
      number("median", "median"),
      number("90 % interval, low", "low_90"),
      number("90 % interval, high", "high_90"),
      number("mean", "mean"),
    ],
    rows: moves.pairs.flatMap(([from, to, home], pair) =>
      moves.bounds.slice(0, -1).map((bound, at) => [
        places[from]?.label ?? "", places[to]?.label ?? "", home ? "yes" : "no", formatPeriod(bound, moves.bounds[at + 1] ?? ""),
        moves.persons.median[pair]?.[at] ?? null, moves.persons.low90[pair]?.[at] ?? null,
        moves.persons.high90[pair]?.[at] ?? null, moves.persons.mean[pair]?.[at] ?? null,
      ]),
    ),
  };
}

export default {
  id: "map",
  title: "Map of moves",
  shows: (document) => movementsOf(document) !== null,
  View: MapView,
} satisfies View;
