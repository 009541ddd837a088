/** One lever that is pulled: its controls, and what the evidence speaks of. */
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { formatNumber } from "../format";
import { Choice } from "../frame";
import type { Change, EventLever, HeldLever, Lever, ParameterLever, RhythmLever } from "./contract";

interface CardProps<L extends Lever> {
  lever: L;
  change: Change;
  /** First and last day of the clock. */
  span: [string, string];
  /** Whether a fit speaks of the ranges, or the priors alone. */
  fitted: boolean;
  onChange: (change: Change) => void;
}

/** A lever's card with a button that lets go of it. */
export function LeverCard({ onRemove, ...props }: CardProps<Lever> & { onRemove: () => void }) {
  const { lever } = props;
  const id = useId();
  return (
    <li class="lever" aria-labelledby={id}>
      <div class="lever-head">
        <h2 id={id}>{lever.label}</h2>
        <button type="button" onClick={onRemove} aria-label={`Let go of: ${lever.label}`}>
          Let go
        </button>
      </div>
      {lever.kind === "event" ? (
        <EventControls {...props} lever={lever} />
      ) : lever.kind === "move" ? (
        <RhythmControls {...props} lever={lever} />
      ) : lever.kind === "parameter" ? (
        <ParameterControls {...props} lever={lever} />
      ) : (
        <HeldControls {...props} lever={lever} />
      )}
    </li>
  );
}

/** Put a key into a change, or take it out where it is empty. */
function withPart(change: Change, key: "from" | "to", value: string): Change {
  const { [key]: _, ...rest } = change;
  return value ? { ...rest, [key]: value } : rest;
}

function HeldControls({ lever, change, span, fitted, onChange }: CardProps<HeldLever>) {
  const value = change.value ?? lever.low;
  const told = `${lever.label}, ${lever.unit}`;
  const [low, high] = lever.fitted;
  const outside = (low !== null && value < low) || (high !== null && value > high);
  return (
    <>
      <Slider
        label={`Held at (${lever.unit})`}
        told={told}
        value={value}
        low={lever.low}
        high={lever.high}
        step={lever.step}
        onValue={(to) => onChange({ ...change, value: to })}
      />
      <p class={outside ? "hint beyond" : "hint"}>
        {low === high
          ? `Without a scenario it is always ${formatNumber(low)}.`
          : `${fitted ? "The fit speaks" : "The priors speak"} of ${formatNumber(low)} to ${formatNumber(high)}${outside ? ": this is beyond" : ""}.`}
      </p>
      <Days change={change} span={span} told={lever.label} onChange={onChange} />
    </>
  );
}

interface SliderProps {
  label: string;
  told: string;
  value: number;
  low: number;
  high: number;
  step: number;
  onValue: (value: number) => void;
}

/** A slider, and beside it the same as a number to type. */
function Slider({ label, told, value, low: least, high: most, step, onValue }: SliderProps) {
  // A value typed beyond the ends widens them for good: ends that followed the value would run away under the hand.
  const ends = useRef<[number, number]>([least, most]);
  ends.current = [Math.min(ends.current[0], least, value), Math.max(ends.current[1], most, value)];
  const [low, high] = ends.current;
  const read = (text: string) => {
    const typed = Number(text);
    if (text.trim() !== "" && Number.isFinite(typed)) onValue(typed);
  };
  return (
    <div class="slide">
      <Labelled label={label}>
        {(id) => (
          <input
            id={id}
            type="range"
            min={low}
            max={high}
            step={step}
            value={value}
            aria-label={`${told}: slider`}
            onInput={(event) => onValue(Number(event.currentTarget.value))}
          />
        )}
      </Labelled>
      <input type="number" step="any" value={value} aria-label={`${told}: number`} onChange={(event) => read(event.currentTarget.value)} />
    </div>
  );
}

function Labelled({ label, children }: { label: string; children: (id: string) => ComponentChildren }) {
  const id = useId();
  return (
    <label class="choice" for={id}>
      <span>{label}</span>
      {children(id)}
    </label>
  );
}

/** From which day to which; empty is the clock's own. */
function Days({ change, span, told, onChange, words = ["From", "Until"] }: { change: Change; span: [string, string]; told: string; onChange: (change: Change) => void; words?: [string, string] }) {
  const day = (key: "from" | "to", word: string) => (
    <Labelled label={word}>
      {(id) => (
        <input
          id={id}
          type="date"
          min={span[0]}
          max={span[1]}
          value={change[key] ?? ""}
          aria-label={`${word}: ${told}`}
          onChange={(event) => onChange(withPart(change, key, event.currentTarget.value))}
        />
      )}
    </Labelled>
  );
  return (
    <div class="days">
      {day("from", words[0])}
      {day("to", words[1])}
    </div>
  );
}

function EventControls({ lever, change, span, onChange }: CardProps<EventLever>) {
  const moved = !change.drop;
  const when = lever.last ? `${lever.first} to ${lever.last}` : `from ${lever.first}`;
  return (
    <>
      <Choice
        label={`What becomes of: ${lever.label}`}
        value={moved ? "moved" : "dropped"}
        options={[
          ["dropped", "does not happen"],
          ["moved", "happens on other days"],
        ]}
        onChange={(to) => onChange(to === "dropped" ? { event: lever.name, drop: true } : { event: lever.name, from: lever.first, ...(lever.last ? { to: lever.last } : {}) })}
      />
      <p class="hint">
        In the system: {when}
        {lever.half_life_months ? `, half of it faded after ${lever.half_life_months} months` : ""}
        {lever.dropped ? ", and taken not to have happened" : ""}.
      </p>
      {moved && <Days change={change} span={span} told={lever.label} onChange={onChange} words={["First day", "Last day"]} />}
    </>
  );
}

function RhythmControls({ lever, change, onChange }: CardProps<RhythmLever>) {
  const regular = typeof change.batches === "object";
  const every = regular ? Number((change.batches as { every_steps?: unknown }).every_steps ?? 6) : 6;
  return (
    <>
      <Choice
        label={`How approvals are released: ${lever.label}`}
        value={regular ? "regular" : "continuous"}
        options={[
          ["continuous", "one by one"],
          ["regular", "in batches"],
        ]}
        onChange={(to) => onChange({ move: lever.name, batches: to === "continuous" ? "continuous" : { every_steps: every } })}
      />
      {regular && (
        <Slider
          label="Steps between batches"
          told={`${lever.label}, steps between batches`}
          value={every}
          low={1}
          high={24}
          step={1}
          onValue={(to) => onChange({ move: lever.name, batches: { every_steps: Math.max(1, Math.round(to)) } })}
        />
      )}
      <p class="hint">In the system: {lever.batches === "continuous" ? "one by one" : lever.batches === "dated" ? "in batches on given days" : `in batches every ${lever.every_steps} steps`}.</p>
    </>
  );
}

/** A factor from a tenth to ten, by a slider on which equal ways multiply. */
function ParameterControls({ lever, change, fitted, onChange }: CardProps<ParameterLever>) {
  const set = change.value !== undefined;
  const [low, high] = lever.fitted;
  const to = (key: "times" | "value", value: number): Change => ({ parameter: lever.name, [key]: value });
  return (
    <>
      <Choice
        label={`How it changes: ${lever.label}`}
        value={set ? "set" : "times"}
        options={[
          ["times", "multiplied"],
          ["set", "set to a value"],
        ]}
        onChange={(kind) => onChange(kind === "set" ? to("value", lever.median ?? 1) : to("times", 1.5))}
      />
      {set ? (
        <Slider
          label={`Value (${lever.unit.replaceAll("_", " ")})`}
          told={`${lever.label}, ${lever.unit}`}
          value={change.value ?? 0}
          low={low !== null && low >= 0 ? 0 : 2 * (low ?? 0) - (high ?? 1)}
          high={2 * (high ?? 1) - (low ?? 0)}
          step={((high ?? 1) - (low ?? 0)) / 50 || 0.01}
          onValue={(value) => onChange(to("value", value))}
        />
      ) : (
        <Slider
          label="Factor"
          told={`${lever.label}, factor`}
          value={change.times ?? 1}
          low={0}
          high={5}
          step={0.05}
          onValue={(value) => onChange(to("times", value))}
        />
      )}
      <p class="hint">
        {fitted ? "After the fit" : "By its prior, not fitted"}: {formatNumber(lever.median)} (90 % interval {formatNumber(low)} to {formatNumber(high)} {lever.unit.replaceAll("_", " ")}).
      </p>
    </>
  );
}
