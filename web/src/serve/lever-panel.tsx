/** The levers: start from a scenario, pull further ones, let go of all. */
import { useId } from "preact/hooks";
import { Choice } from "../frame";
import { KINDS, KIND_WORDS, firstChange, leverOf, subject } from "./changes";
import type { Change, LeversReady } from "./contract";
import { LeverCard } from "./lever-card";

interface PanelProps {
  ready: LeversReady;
  changes: Change[];
  onChanges: (changes: Change[]) => void;
}

/** Show the levers that are pulled and those that may be. */
export function LeverPanel({ ready, changes, onChanges }: PanelProps) {
  const same = ready.scenarios.find((scenario) => JSON.stringify(scenario.changes) === JSON.stringify(changes));
  const span: [string, string] = [ready.start, ready.end];
  return (
    <section class="lever-panel" aria-label="Levers">
      <div class="controls">
        <Choice
          label="Start from"
          value={same?.name ?? (changes.length ? "own" : "")}
          options={[
            ["", "the baseline: nothing is changed"],
            ...ready.scenarios.map((scenario) => [scenario.name, scenario.label] as const),
            ...(same || !changes.length ? [] : [["own", "levers of your own"] as const]),
          ]}
          onChange={(name) => name !== "own" && onChanges(ready.scenarios.find((scenario) => scenario.name === name)?.changes ?? [])}
        />
        <AddLever ready={ready} changes={changes} onAdd={(change) => onChanges([...changes, change])} />
        <button type="button" disabled={!changes.length} onClick={() => onChanges([])}>
          Reset
        </button>
      </div>
      {changes.length === 0 && <p>No lever is pulled: what is shown is the baseline. Start from a scenario, or pull a lever.</p>}
      <ul class="levers">
        {changes.map((change, index) => {
          const lever = leverOf(ready.levers, change);
          const put = (now: Change) => onChanges(changes.map((before, place) => (place === index ? now : before)));
          const key = `${subject(change)?.join(" ")} ${index}`;
          return lever ? (
            <LeverCard key={key} lever={lever} change={change} span={span} fitted={ready.fitted} onChange={put} onRemove={() => onChanges(changes.filter((_, place) => place !== index))} />
          ) : (
            <li key={key} class="lever">
              The system has no such lever: {subject(change)?.join(" ")}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function AddLever({ ready, changes, onAdd }: { ready: LeversReady; changes: Change[]; onAdd: (change: Change) => void }) {
  const id = useId();
  // An instrument or a signal may be held again in another span; everything else is changed once.
  const taken = new Set(changes.map((change) => subject(change)?.join(" ")));
  const free = ready.levers.filter((lever) => lever.kind === "instrument" || lever.kind === "signal" || !taken.has(`${lever.kind} ${lever.name}`));
  return (
    <label class="choice" for={id}>
      <span>Pull a lever</span>
      <select
        id={id}
        value=""
        onChange={(event) => {
          const lever = free.find((one) => `${one.kind} ${one.name}` === event.currentTarget.value);
          event.currentTarget.value = "";
          if (lever) onAdd(firstChange(lever));
        }}
      >
        <option value="">choose one …</option>
        {KINDS.map((kind) => (
          <optgroup label={KIND_WORDS[kind]} key={kind}>
            {free
              .filter((lever) => lever.kind === kind)
              .map((lever) => (
                <option value={`${lever.kind} ${lever.name}`} key={lever.name}>
                  {lever.label}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
