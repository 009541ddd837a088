/** Two runs side by side: one quantity in both, and what they were made with. */
import { useEffect, useState } from "preact/hooks";
import { chooseScale, courseSpan, extentOf, makeAxis, makeValueAxis } from "../axis";
import { Axes, tickRoom } from "../chart/axes";
import { Bands } from "../chart/bands";
import { BandKeys } from "../chart/legend";
import { type Course, expandDays, isoDay } from "../data";
import { formatIn } from "../format";
import { Choice, Frame } from "../frame";
import type { State } from "../link";
import { useWidth } from "../size";
import type { Table } from "../table";
import { go } from "./address";
import type { Comparison, Problem, ServerState } from "./contract";
import { Problems } from "./problems";
import { Refused, Unreachable, call } from "./server";

/** Choose two runs and a quantity. */
export function ComparePage({ server, state, launches }: { server: ServerState; state: State; launches: number }) {
  const runs = server.runs.filter((run) => run.state === "complete");
  const first = runs.find((run) => run.name === state["first"])?.name ?? runs[0]?.name ?? "";
  const second = runs.find((run) => run.name === state["second"])?.name ?? runs.find((run) => run.name !== first)?.name ?? first;
  const [found, setFound] = useState<Comparison | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  const observable = state["series"] ?? "";
  useEffect(() => {
    if (!first) return;
    const stop = new AbortController();
    const asked = new URLSearchParams({ first, second, observable });
    call<Comparison>(`/api/compare?${asked}`, { signal: stop.signal }).then(
      ({ content }) => {
        setProblems([]);
        setFound(content);
      },
      (error: unknown) => {
        if (error instanceof Refused) setProblems(error.problems);
        else if (!stop.signal.aborted && !(error instanceof Unreachable)) throw error;
      },
    );
    return () => stop.abort();
  }, [first, second, observable, launches]);
  if (!first) return <p>There is no finished run to compare.</p>;
  const to = (some: State) => go("compare", { first, second, series: observable, ...some });
  const names = runs.map((run) => [run.name, run.name] as const);
  return (
    <div class="view">
      <div class="controls">
        <Choice label="First run" value={first} options={names} onChange={(name) => to({ first: name })} />
        <Choice label="Second run" value={second} options={names} onChange={(name) => to({ second: name })} />
      </div>
      {runs.length === 1 && <p>There is one finished run here: it is shown beside itself until there is another.</p>}
      {problems.length > 0 && <Problems problems={problems} />}
      {found && <Side found={found} onObservable={(name) => to({ series: name })} />}
    </div>
  );
}

function Side({ found, onObservable }: { found: Comparison; onObservable: (name: string) => void }) {
  const [one, two] = found.courses;
  const about = {
    case: `${found.first}-${found.second}`,
    title: `${found.first} and ${found.second}`,
    generated: "by counterstream serve",
    citation: "Cite the sources of the claims.",
    verdict: { fit: true, label: "", sentences: [] },
  };
  return (
    <>
      <Frame
        id="compare"
        title="Two runs"
        about={about}
        state={{ first: found.first, second: found.second, series: one.observable }}
        caption={`${one.label}, ${one.full_unit}: ${found.first} (solid) and ${found.second} (dashed), posterior medians and equal-tailed 90 % intervals. The two were fitted apart, so their draws make no pairs: no difference draw by draw can be told.`}
        table={tableOf(found)}
        controls={<Choice label="Quantity" value={one.observable} options={found.observables.map((each) => [each.name, each.label])} onChange={onObservable} />}
      >
        <ul class="keys" aria-hidden="true">
          <BandKeys name={found.first} inner={false} />
          <BandKeys name={found.second} look="second" inner={false} />
        </ul>
        <PairPicture one={one} two={two} names={[found.first, found.second]} />
      </Frame>
      <h2>What they were made with</h2>
      <div class="scroll" role="region" tabIndex={0} aria-label="What the runs were made with">
        <table>
          <thead>
            <tr>
              <th scope="col">fact</th>
              <th scope="col">{found.first}</th>
              <th scope="col">{found.second}</th>
              <th scope="col">differs</th>
            </tr>
          </thead>
          <tbody>
            {found.facts.map((fact) => (
              <tr key={fact.fact} class={fact.differs ? "differs" : ""}>
                <th scope="row">{fact.fact}</th>
                <td class="t">{shorten(fact.first)}</td>
                <td class="t">{shorten(fact.second)}</td>
                <td class="t">{fact.differs ? "differs" : ""}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** A digest by its beginning. */
function shorten(text: string): string {
  return /^[0-9a-f]{64}$/.test(text) ? `${text.slice(0, 12)}…` : text || "–";
}

function PairPicture({ one, two, names }: { one: Course; two: Course; names: [string, string] }) {
  const [place, width] = useWidth<HTMLDivElement>();
  const height = width < 520 ? 340 : 430;
  const percent = one.kind === "share";
  const spans = [courseSpan(one), courseSpan(two)] as const;
  const span: [number, number] = [Math.min(spans[0][0], spans[1][0]), Math.max(spans[0][1], spans[1][1])];
  const extent = extentOf([one, two], [], span);
  const value = makeValueAxis(extent, chooseScale(extent, one.kind), [height - 28, 34]);
  const box = { left: tickRoom(value, percent), right: width - 14, top: 34, bottom: height - 28 };
  const time = makeAxis(span, [box.left, box.right]);
  return (
    <div class="canvas" ref={place}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`${one.label} in ${names[0]} and in ${names[1]}. All values are in the table.`}>
        <clipPath id="clip-pair">
          <rect x={box.left} y={0} width={Math.max(0, box.right - box.left)} height={height} />
        </clipPath>
        <Axes box={box} time={time} value={value} unit={one.full_unit} percent={percent} />
        <g clip-path="url(#clip-pair)">
          <Bands courses={[{ course: one }, { course: two, look: "second" }]} time={time} value={value} inner={false} />
        </g>
      </svg>
    </div>
  );
}

/** Medians and 90 % intervals of both on every day that either has. */
function tableOf(found: Comparison): Table {
  const [one, two] = found.courses;
  const rows = new Map<string, (number | null)[]>();
  found.courses.forEach((course, side) =>
    expandDays(course.days).forEach((time, index) => {
      const row = rows.get(isoDay(time)) ?? Array<number | null>(6).fill(null);
      row.splice(3 * side, 3, course.median[index] ?? null, course.low90[index] ?? null, course.high90[index] ?? null);
      rows.set(isoDay(time), row);
    }),
  );
  const show = (value: number | null) => formatIn(one.unit, value);
  const columns = [found.first, found.second].flatMap((name, side) =>
    ["median", "90 % interval, low", "90 % interval, high"].map((words, index) => ({ heading: `${name}: ${words}`, name: `${side ? "second" : "first"}_${["median", "low_90", "high_90"][index]}`, show })),
  );
  return {
    caption: `${one.label}, ${one.full_unit}, in both runs`,
    columns: [{ heading: "date", name: "date" }, ...columns],
    rows: [...rows].sort(([a], [b]) => a.localeCompare(b)).map(([day, cells]) => [day, ...cells]),
    fileName: `compared-${two.observable}`,
  };
}
