import "../styles/movements.css";
import { Hatch } from "../chart/hatch";
import { KeyEntry } from "../chart/legend";
import { useRoving } from "../chart/roving";
import { Choice, Frame, TableOf } from "../frame";
import { type Cut, type Movements, OUTSIDE, countPeriods, courseOf, entryOf, formatBound, formatPeriod, formatPersons, formatShort, formatSpread, homeNames, movementsOf, tellLink } from "../movement/data";
import { LANE_HEAD, NODE_WIDTH, type Shown, accountsOf, isShown, lanesOf, layRibbons } from "../movement/ribbons";
import { useWidth } from "../size";
import { useViewState } from "../state";
import type { Table } from "../table";
import { fitText } from "../text";
import type { View, ViewProps } from "../view";

/** Where persons were at the bounds of periods, and what moved in between. */
function SankeyView({ document, id, title, state: restored }: ViewProps) {
  const [state, change] = useViewState(restored);
  const told = movementsOf(document);
  const cut = told?.cuts[Number(state["cut"] || 0)] ?? told?.cuts[0];
  if (!told || !cut) return null;
  const shown: Shown = state["shown"] === "everybody" ? "everybody" : "moved";
  const picked = cut.links.findIndex((link) => link.join(" ") === state["link"] && isShown(link, shown));
  const chosen = picked >= 0 ? `${picked}` : "";
  const choose = (key: string) => change({ link: cut.links[Number(key || NaN)]?.join(" ") ?? "" });
  return (
    <Frame
      id={id}
      title={title}
      about={document.about}
      state={state}
      caption={describe(told, cut, shown)}
      table={ribbonsTable(told, cut, shown)}
      detail={chosen && <LinkDetail told={told} cut={cut} index={picked} />}
      controls={
        <>
          <Choice
            label="Periods"
            value={state["cut"] || "0"}
            options={told.cuts.map((one, index) => [`${index}`, one.bounds.length === 2 ? "the whole time as one" : countPeriods(one.bounds)])}
            onChange={(to) => change({ cut: to, link: "" })}
          />
          <Choice
            label="Persons"
            value={shown}
            options={[["moved", "those who moved"], ["everybody", "everybody, to scale"]]}
            onChange={(to) => change({ shown: to, link: "" })}
          />
        </>
      }
    >
      <Keys told={told} cut={cut} shown={shown} />
      <SankeyPicture told={told} cut={cut} shown={shown} chosen={chosen} onChoose={choose} />
      <Accounts told={told} cut={cut} />
    </Frame>
  );
}

const KEYS = [
  ["away", "away from home"],
  ["onward", "between other places"],
  ["return", "returns home"],
  ["stay", "stayed"],
  ["outside", "entered or left the system"],
] as const;

function Keys({ told, cut, shown }: { told: Movements; cut: Cut; shown: Shown }) {
  const there = new Set(cut.links.filter((link) => isShown(link, shown)).map(([, from, to, home]) => courseOf(told.places, from, to, home)));
  return (
    <ul class="keys" aria-hidden="true">
      {KEYS.filter(([course]) => there.has(course)).map(([course, words]) => (
        <KeyEntry words={words} key={course}>
          {course === "return" && <Hatch id="hatch-key" />}
          <rect class={`ribbon ${course}`} x={-12} y={-6} width={24} height={12} fill={course === "return" ? "url(#hatch-key)" : undefined} />
        </KeyEntry>
      ))}
    </ul>
  );
}

interface PictureProps {
  told: Movements;
  cut: Cut;
  shown: Shown;
  chosen: string;
  onChoose: (key: string) => void;
}

const HEAD = 22;

/** The picture alone. */
export function SankeyPicture({ told, cut, shown, chosen, onChoose }: PictureProps) {
  const [place, width] = useWidth<HTMLDivElement>();
  const { places } = told;
  const n = lanesOf(cut, shown).length;
  const height = HEAD + n * LANE_HEAD + (width < 520 ? 300 : 400);
  const laid = layRibbons(cut, places, shown, { left: 1, right: width - 1, top: HEAD, bottom: height - 6 });
  const inTime = [...laid.ribbons].sort((a, b) => a.link[0] - b.link[0] || b.mean - a.mean);
  const roving = useRoving(inTime.map((one) => `${one.index}`), chosen, onChoose);
  const anchor = (bound: number) => (bound === 0 ? "start" : bound === cut.bounds.length - 1 ? "end" : "middle");
  const at = (bound: number) => (laid.columns[bound] ?? 0) + (bound === 0 ? 0 : bound === cut.bounds.length - 1 ? NODE_WIDTH : NODE_WIDTH / 2);
  const room = width / cut.bounds.length;
  return (
    <div class="canvas movements" ref={place}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-label={`Where persons were, by period and place: ${laid.ribbons.length} ribbons. Arrow keys go from ribbon to ribbon, Enter chooses one.`}
      >
        <Hatch id="hatch-sankey" />
        <g aria-hidden="true">
          {cut.bounds.map((day, bound) => (
            <text key={day} class="tick" x={at(bound)} y={13} text-anchor={anchor(bound)}>
              {formatBound(day)}
            </text>
          ))}
          {laid.columns.map((x, bound) => (
            <line key={bound} class="rule" x1={x + NODE_WIDTH / 2} x2={x + NODE_WIDTH / 2} y1={HEAD} y2={height - 6} />
          ))}
        </g>
        <g {...roving.group}>
          {laid.ribbons.map((one) => {
            const key = `${one.index}`;
            return (
              <path
                key={`${one.link.join(" ")}`}
                class={`ribbon ${one.course}`}
                d={one.path}
                fill={one.course === "return" ? "url(#hatch-sankey)" : undefined}
                {...roving.part(key, nameLink(told, cut, one.index))}
              />
            );
          })}
        </g>
        <g aria-hidden="true">
          {laid.stops.map((stop) =>
            stop.height > 0.01 ? <rect key={`${stop.bound} ${stop.place}`} class="stop" x={stop.x} y={stop.y} width={NODE_WIDTH} height={Math.max(stop.height, 2)} /> : null,
          )}
          {laid.lanes.map((lane) => (
            <g key={lane.place}>
              <text class="lane" x={0} y={lane.top - 19}>
                {fitText(places[lane.place]?.label ?? (shown === "moved" ? "Entered the system in the period" : "Outside the system"), width - 4)}
              </text>
              {lane.place !== OUTSIDE &&
                cut.bounds.map((day, bound) => (
                  <text key={day} class="stock" x={at(bound)} y={lane.top - 5} text-anchor={anchor(bound)}>
                    {room > 38 ? formatShort(cut.stocks.median[bound]?.[lane.place]) : ""}
                  </text>
                ))}
            </g>
          ))}
        </g>
      </svg>
    </div>
  );
}

function nameLink(told: Movements, cut: Cut, index: number): string {
  const link = cut.links[index];
  if (!link) return "";
  const { median, low90, high90 } = cut.persons;
  return `${formatPeriod(cut.bounds[link[0]] ?? "", cut.bounds[link[0] + 1] ?? "")}, ${tellLink(told.places, link)}: ${formatSpread(median[index], low90[index], high90[index])} persons`;
}

function LinkDetail({ told, cut, index }: { told: Movements; cut: Cut; index: number }) {
  const link = cut.links[index];
  if (!link) return null;
  const [period, from] = link;
  const begun = from < 0 ? null : cut.stocks.median[period]?.[from];
  return (
    <p class="chosen">
      <strong>{nameLink(told, cut, index)}.</strong>{" "}
      {begun != null && `At the start of the period ${formatPersons(begun)} persons (median) were in ${told.places[from]?.label}.`}
    </p>
  );
}

function describe(told: Movements, cut: Cut, shown: Shown): string {
  const held = new Set(cut.links.flatMap(([, from, to]) => [from, to]));
  const passed = told.places.filter((_, place) => !held.has(place) && told.moves.pairs.some(([from, to]) => from === place || to === place));
  const worst = Math.max(...accountsOf(cut, told.places).map((account) => Math.abs(account.residual)), 0);
  return [
    "Each column is a day, each bar the persons in a place on that day; a ribbon holds those who were in one place at the start of a period and in another at its end.",
    `Returns are moves to ${homeNames(told.places)}: hatched, and never drawn thinner than two dots.`,
    shown === "moved" ? "Who stayed is not drawn; numbers above the bars are the median stocks." : "Everybody is drawn to one scale; numbers above the bars are the median stocks.",
    "Widths are means, which add up; numbers told are medians with equal-tailed 90 % intervals.",
    passed.length ? `Nobody stays in ${passed.map((place) => place.label).join(", ")}: persons pass through within a step, and only the map shows them.` : "",
    `Stocks and flows agree: no account leaves more than ${formatPersons(Math.max(1, Math.ceil(worst)))} ${Math.ceil(worst) > 1 ? "persons" : "person"} unexplained.`,
  ].filter(Boolean).join(" ");
}

function ribbonsTable(told: Movements, cut: Cut, shown: Shown): Table {
  const name = (place: number) => {
    const entry = entryOf(place);
    return entry === null ? (told.places[place]?.label ?? "left the system") : `entered the system in ${told.places[entry]?.label}`;
  };
  return {
    caption: `Persons by place at the start and the end of each period${shown === "moved" ? ", those who moved" : ""}`,
    fileName: "movements",
    columns: [
      { heading: "period", name: "period" },
      { heading: "place at the start", name: "from" },
      { heading: "place at the end", name: "to" },
      { heading: "came home in between", name: "came_home" },
      { heading: "median", name: "median", show: formatPersons },
      { heading: "90 % interval, low", name: "low_90", show: formatPersons },
      { heading: "90 % interval, high", name: "high_90", show: formatPersons },
      { heading: "mean", name: "mean", show: formatPersons },
    ],
    rows: cut.links.flatMap((link, index) => {
      if (!isShown(link, shown)) return [];
      const [period, from, to, home] = link;
      const { median, low90, high90, mean } = cut.persons;
      return [[
        formatPeriod(cut.bounds[period] ?? "", cut.bounds[period + 1] ?? ""), name(from), name(to), home ? "yes" : "no",
        median[index] ?? null, low90[index] ?? null, high90[index] ?? null, mean[index] ?? null,
      ]];
    }),
  };
}

/** What was in each place, came and went: the proof that stocks and flows agree. */
function Accounts({ told, cut }: { told: Movements; cut: Cut }) {
  const number = (heading: string, name: string) => ({ heading, name, show: formatPersons });
  const table: Table = {
    caption: "Accounts by period and place, means: start + came − went + entered − left = end",
    fileName: "accounts",
    columns: [
      { heading: "period", name: "period" },
      { heading: "place", name: "place" },
      number("at the start", "start"),
      number("came from other places", "arrived"),
      number("went to other places", "departed"),
      number("entered the system", "entered"),
      number("left the system", "lost"),
      number("at the end", "end"),
      number("unexplained", "residual"),
    ],
    rows: accountsOf(cut, told.places)
      .filter((one) => one.start || one.end || one.arrived || one.departed)
      .map((one) => [
        formatPeriod(cut.bounds[one.period] ?? "", cut.bounds[one.period + 1] ?? ""), told.places[one.place]?.label ?? "",
        one.start, one.arrived, one.departed, one.entered, one.lost, one.end, Number(one.residual.toFixed(1)),
      ]),
  };
  return (
    <details class="behind">
      <summary>Accounts: stocks and flows of each place</summary>
      <TableOf table={table} />
    </details>
  );
}

export default {
  id: "sankey",
  title: "Where people were, and what moved",
  shows: (document) => movementsOf(document) !== null,
  View: SankeyView,
} satisfies View;
