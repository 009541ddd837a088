/** Pull levers and see the baseline, the scenario and the difference, on the same draws. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { BandKeys } from "../chart/legend";
import { readTimeChoices } from "../chart/time-choices";
import { Choice, Frame } from "../frame";
import type { State } from "../link";
import { differenceTable } from "../series-table";
import { DifferencePicture } from "../views/scenarios";
import { keep } from "./address";
import { readChanges, scenarioText } from "./changes";
import type { Answer, Change, LeversLoading, LeversReady, Problem } from "./contract";
import { LeverPanel } from "./lever-panel";
import { Problems } from "./problems";
import { Questions } from "./questions";
import { Refused, Unreachable, call, runPath } from "./server";
import { TotalsTable } from "./totals";
import { YamlBox } from "./yaml-box";

/** What a link must hold to find the same draws again. */
export const drawsOf = (run: string): State => (run ? { run } : { unfitted: "yes" });

const OWN = "Set by the levers";
/** Browsers allow a page only so many changes of its address in a time. */
const KEEP_AFTER = 300;

interface PageProps {
  /** Empty for the case as it is declared, without a fit. */
  run: string;
  state: State;
  /** Grows when the server has been started anew. */
  launches: number;
}

/** Wait for the run's draws, with what they are waiting for. */
export function LeversPage(props: PageProps) {
  const [ready, setReady] = useState<LeversReady | null>(null);
  const [loading, setLoading] = useState<LeversLoading | null>(null);
  const [problems, setProblems] = useState<Problem[]>([]);
  useEffect(() => {
    let ended = false;
    let timer = 0;
    const look = async () => {
      try {
        const { status, content } = await call<LeversReady | LeversLoading>(runPath(props.run, "levers"));
        if (ended) return;
        setProblems([]);
        if (status === 202) {
          setLoading(content as LeversLoading);
          timer = window.setTimeout(look, 400);
        } else setReady(content as LeversReady);
      } catch (error) {
        if (ended) return;
        if (error instanceof Refused) setProblems(error.problems);
        else if (error instanceof Unreachable) timer = window.setTimeout(look, 1000);
        else throw error;
      }
    };
    void look();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [props.run, props.launches]);
  if (problems.length) return <Problems problems={problems} />;
  if (!ready) return <Waiting loading={loading} />;
  return <Levers {...props} ready={ready} />;
}

const PHASES: Record<string, string> = {
  begin: "Beginning",
  draws: "Reading the posterior draws",
  compile: "Compiling the system, once",
  baseline: "Running the baseline",
};

function Waiting({ loading }: { loading: LeversLoading | null }) {
  const words = PHASES[loading?.phase ?? "begin"] ?? loading?.phase;
  const steps = Object.keys(PHASES);
  return (
    <div role="status" class="waiting">
      <p>{words} …</p>
      <progress max={steps.length} value={Math.max(0, steps.indexOf(loading?.phase ?? "begin"))} aria-label="Loading the draws" />
    </div>
  );
}

function Levers({ run, state: restored, launches, ready }: PageProps & { ready: LeversReady }) {
  const [state, setState] = useState(restored);
  const own = useRef("");
  useEffect(() => {
    if (JSON.stringify(restored) !== own.current) setState(restored);
  }, [restored]);
  const changes = useMemo(() => readChanges(state["changes"]), [state["changes"]]);
  const observable = ready.observables.find((one) => one.name === state["series"])?.name ?? ready.observables[0]?.name ?? "";
  const label = ready.scenarios.find((scenario) => JSON.stringify(scenario.changes) === JSON.stringify(changes))?.label ?? OWN;
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [totals, setTotals] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const questions = useRef<Questions | null>(null);
  const change = (some: State) => setState((before) => ({ ...before, ...some }));

  useEffect(() => {
    const asker = new Questions(run, {
      onPicture: (got) => {
        setAnswer(got);
        setFailure(null);
      },
      onTotals: setTotals,
      onFailure: setFailure,
    });
    questions.current = asker;
    return () => asker.end();
  }, [run, launches]);
  useEffect(() => {
    setTotals(null);
    if (observable) questions.current?.put({ scenario: scenarioText(changes, label), observable });
  }, [changes, observable, label, run, launches]);
  useEffect(() => {
    const timer = setTimeout(() => {
      own.current = JSON.stringify({ ...state, ...drawsOf(run) });
      keep("levers", { ...state, ...drawsOf(run) });
    }, KEEP_AFTER);
    return () => clearTimeout(timer);
  }, [state, run]);

  const setChanges = (now: Change[]) => change({ changes: now.length ? JSON.stringify(now) : "" });
  return (
    <div class="view levers-page">
      {!ready.fitted && <Unfitted />}
      <LeverPanel ready={ready} changes={changes} onChanges={setChanges} />
      <section class="seen" aria-label="What follows">
        <Failure error={failure} />
        {answer && <Picture ready={ready} answer={answer} state={{ ...state, ...drawsOf(run) }} observable={observable} onState={change} />}
        <Warnings beyond={totals?.beyond ?? []} />
        {totals?.totals && <TotalsTable totals={totals.totals} onChoose={(series) => change({ series })} chosen={observable} />}
        {answer && <YamlBox run={run} yaml={changes.length ? answer.yaml : ""} onRead={setChanges} />}
      </section>
    </div>
  );
}

function Unfitted() {
  return (
    <div class="banner unfitted" role="note">
      <p>
        <strong>Not fitted.</strong> What is shown comes from draws of the priors and the values that the system declares. It says what the assumptions imply, not what the evidence says.
      </p>
    </div>
  );
}

function Failure({ error }: { error: unknown }) {
  if (!error) return null;
  if (error instanceof Unreachable || (error instanceof Refused && error.status === 503)) return <p class="banner">The server is away or still loads the draws; this setting is kept and asked again.</p>;
  if (error instanceof Refused)
    return (
      <div class="banner" role="alert">
        <p>This setting is not possible; the picture shows the one before.</p>
        <Problems problems={error.problems} />
      </div>
    );
  throw error;
}

function Warnings({ beyond }: { beyond: string[] }) {
  return (
    <div role="status">
      {beyond.length > 0 && (
        <div class="banner beyond-evidence">
          <p>
            <strong>Beyond the evidence</strong>
          </p>
          <ul>
            {beyond.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

interface PictureProps {
  ready: LeversReady;
  answer: Answer;
  state: State;
  observable: string;
  onState: (some: State) => void;
}

function Picture({ ready, answer, state, observable, onState }: PictureProps) {
  const told = answer.scenarios[0];
  const place = useRef<HTMLDivElement>(null);
  // After the picture has been put in its place: who measures and who tests waits for this.
  useEffect(() => {
    place.current?.setAttribute("data-turn", `${answer.turn}`);
  }, [answer]);
  if (!told) return null;
  const { span, scale, zoom, controls: choices } = readTimeChoices(state, onState, [told.baseline, told.scenario]);
  const controls = (
    <>
      <Choice label="Quantity" value={observable} options={ready.observables.map((one) => [one.name, one.label])} onChange={(series) => onState({ series })} />
      {choices}
    </>
  );
  const caption = `${ready.fitted ? "" : "Not fitted. "}${told.baseline.label}, ${told.baseline.full_unit}, on the same ${answer.n_draws} ${ready.fitted ? "posterior draws" : "draws of the declared priors"}. Above: baseline (solid) and scenario (dashed), medians and equal-tailed 90 % intervals. Below: scenario minus baseline, draw by draw, with 50 % and 90 % intervals of the difference itself.`;
  return (
    <div ref={place} class="lever-picture">
      <Frame
        id="levers"
        title={ready.fitted ? told.label : `${told.label} (not fitted)`}
        about={ready.about}
        state={state}
        caption={caption}
        table={differenceTable(told, span)}
        controls={controls}
        detail={
          answer.changes.length > 0 && (
            <ul class="told">
              {answer.changes.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          )
        }
      >
        <ul class="keys" aria-hidden="true">
          <BandKeys name="baseline" inner={false} />
          <BandKeys name="scenario" look="second" inner={false} />
          <BandKeys name="difference" look="third" />
        </ul>
        <DifferencePicture told={told} span={span} scale={scale} onZoom={zoom} />
      </Frame>
    </div>
  );
}
