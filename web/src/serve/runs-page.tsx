/** The runs that lie side by side, and what each may be asked. */
import { count } from "../format";
import { formatLink } from "../link";
import type { RunEntry, ServerState } from "./contract";

const WORDS: Record<string, string> = { complete: "finished", running: "under way, or stopped on the way", damaged: "damaged" };

/** List the runs. */
export function RunsPage({ state }: { state: ServerState }) {
  return (
    <>
      <p>
        {count(state.runs.length, "run")} in <code>{state.folder}</code>
        {state.case && (
          <>
            {" "}
            · case <strong>{state.case}</strong>
          </>
        )}
      </p>
      {state.runs.length === 0 && (
        <p>
          There is no run yet. In a terminal: <code>counterstream run {state.case || "soviet-third-wave"}</code>. The list follows by itself.
        </p>
      )}
      {state.has_source && (
        <p>
          <a href={formatLink("levers", { unfitted: "yes" })}>Levers of {state.case} without a fit</a>: draws of the declared priors, which say what the assumptions imply, not what the evidence says.
        </p>
      )}
      <ul class="runs">
        {state.runs.map((run) => (
          <RunCard key={run.name} run={run} />
        ))}
      </ul>
    </>
  );
}

function RunCard({ run }: { run: RunEntry }) {
  const facts = [
    ["case", run.summary["case"]],
    ["verdict", run.summary["verdict"]],
    ["claims fitted", run.summary["n_fitted"]],
    ["chains", run.summary["n_chains"]],
    ["largest R-hat", run.summary["max_rhat"]],
    ["least ESS", run.summary["min_ess_bulk"]],
  ] as const;
  const verdict = run.summary["verdict"];
  return (
    <li class="run">
      <h2>{run.name}</h2>
      <p class={run.state === "complete" ? "" : "unsound"}>{WORDS[run.state] ?? run.state}</p>
      <dl>
        {facts.map(([name, value]) =>
          value === null || value === undefined || value === "" ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{typeof value === "number" ? Number(value.toPrecision(4)) : `${value}`}</dd>
            </div>
          ),
        )}
      </dl>
      {verdict !== undefined && verdict !== null && verdict !== "fit" && <p class="unsound">Not a checked fit: read its figures with that in mind.</p>}
      <p class="links">
        {run.views && <a href={formatLink("run", { run: run.name })} aria-label={`Views of ${run.name}`}>Views</a>}
        {run.usable && <a href={formatLink("levers", { run: run.name })} aria-label={`Levers of ${run.name}`}>Levers</a>}
        {run.state === "complete" && <a href={formatLink("compare", { first: run.name })} aria-label={`Compare ${run.name}`}>Compare</a>}
      </p>
    </li>
  );
}
