/** The page of `counterstream serve`. */
import "../styles/page.css";
import "../styles/views.css";
import "./serve.css";
import { render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { everyLink, formatLink } from "../link";
import { VIEWS } from "../registry";
import { type Place, latestState, usePlace } from "./address";
import { ComparePage } from "./compare-page";
import { type Connection, useConnection } from "./connection";
import type { ServerState } from "./contract";
import { EditPage } from "./edit-page";
import { LeversPage, drawsOf } from "./levers-page";
import { ReviewPage } from "./review-page";
import { RunPage } from "./run-page";
import { RunsPage } from "./runs-page";
import { takeToken } from "./server";

const TITLES: Record<string, string> = { runs: "Runs", run: "Views", levers: "Levers", compare: "Compare", edit: "Edit", review: "Review" };

function App() {
  const place = usePlace();
  const connection = useConnection();
  const { state: server } = connection;
  const page = place.view in TITLES ? place.view : VIEWS.has(place.view) ? "run" : "runs";
  const fit = chooseRun(server, place);
  const run = page === "levers" && place.state["unfitted"] ? "" : fit;
  const unfitted = page === "levers" && !run && server?.has_source === true;
  const heading = useRef<HTMLHeadingElement>(null);
  const seen = useRef(page);
  useEffect(() => {
    document.title = `${TITLES[page]}${run && page !== "runs" ? `: ${run}` : ""} – counterstream`;
    if (seen.current !== page) heading.current?.focus();
    seen.current = page;
  }, [page, run]);
  // Views make links of their own; each must name the run that it shows.
  if (page === "run") everyLink["run"] = run;
  else delete everyLink["run"];
  return (
    <>
      <a class="skip" href="#page" onClick={(event) => (event.preventDefault(), heading.current?.focus())}>
        Skip to the page
      </a>
      <header class="serve-head">
        <p class="brand">counterstream</p>
        <nav aria-label="Parts">
          <ul>
            {Object.entries(TITLES)
              .filter(([name]) => (name === "run" ? fit : name === "levers" ? run || server?.has_source : name === "edit" ? server?.has_source : name === "review" ? server?.drafts.length || page === "review" : true))
              .map(([name, title]) => (
                <li key={name}>
                  <a href={linkOf(name, name === "run" ? fit : run)} onClick={(event) => (event.currentTarget.href = linkOf(name, name === "run" ? fit : run))} aria-current={name === page ? "page" : undefined}>
                    {title}
                  </a>
                </li>
              ))}
          </ul>
        </nav>
        <Status connection={connection} />
      </header>
      <main class="serve-main" id="page">
        <h1 ref={heading} tabIndex={-1}>
          {TITLES[page]}
          {run && (page === "run" || page === "levers") && <span class="of-run"> {run}</span>}
          {unfitted && <span class="of-run"> {server.case}, not fitted</span>}
        </h1>
        {server && <Body page={page} place={place} run={run} server={server} launches={connection.launches} />}
        {!server && connection.link === "closed" && <Closed />}
      </main>
    </>
  );
}

/** Where a part leads: to the levers of a run as they were left. */
function linkOf(name: string, run: string): string {
  if (name === "levers") return formatLink(name, (latestState(name)["run"] ?? "") === run ? { ...latestState(name), ...drawsOf(run) } : drawsOf(run));
  return formatLink(name, name === "run" ? { run } : {});
}

function chooseRun(server: ServerState | null, place: Place): string {
  const asked = place.state["run"];
  if (asked) return asked;
  const fit = server?.runs.find((run) => run.name === server.first) ?? server?.runs.find((run) => run.usable);
  return fit?.name ?? "";
}

interface BodyProps {
  page: string;
  place: Place;
  run: string;
  server: ServerState;
  launches: number;
}

function Body({ page, place, run, server, launches }: BodyProps) {
  switch (page) {
    case "levers":
      return run || server.has_source ? <LeversPage key={run} run={run} state={place.state} launches={launches} /> : <RunsPage state={server} />;
    case "run":
      return run ? <RunPage key={run} run={run} view={place.view} state={place.state} launches={launches} /> : <RunsPage state={server} />;
    case "compare":
      return <ComparePage server={server} state={place.state} launches={launches} />;
    case "edit":
      return <EditPage editable={server.editable} launches={launches} />;
    case "review":
      return <ReviewPage server={server} state={place.state} launches={launches} />;
    default:
      return <RunsPage state={server} />;
  }
}

function Closed() {
  return (
    <div class="banner">
      <p>
        <strong>This page does not have the key of this launch.</strong>
      </p>
      <p>Open the address that counterstream serve has printed; this tab then goes on by itself.</p>
    </div>
  );
}

const LINKS: Record<Connection["link"], string> = {
  beginning: "Connecting …",
  there: "Connected",
  lost: "The server does not answer. Nothing is lost: start it again, and this page goes on by itself.",
  closed: "The server was started anew. Open the address that it has printed, and this page goes on by itself.",
};

function Status({ connection }: { connection: Connection }) {
  return (
    <p class={`link ${connection.link}`} role="status">
      {LINKS[connection.link]}
      {connection.link === "there" && connection.launches > 1 && " again: the server was started anew"}
    </p>
  );
}

takeToken();
const place = document.getElementById("serve");
if (place) render(<App />, place);
