/** What views of rows let their reader choose: which rows, and how many. */
import { Choice } from "../frame";
import type { State } from "../link";

interface ChoiceProps {
  state: State;
  change: (some: State) => void;
}

interface OneProps extends ChoiceProps {
  label: string;
  /** The name of the choice in links. */
  name: string;
  /** What stands for no choice. */
  none: string;
  options: readonly (readonly [value: string, text: string])[];
}

/** A list to choose one from, or none; not there where there is nothing to choose. */
export function ChooseOne({ label, name, none, options, state, change }: OneProps) {
  if (options.length < 2) return null;
  return <Choice label={label} value={state[name] ?? ""} options={[["", none], ...options]} onChange={(to) => change({ [name]: to })} />;
}

/** Names as options, each once. */
export function namesOf(names: string[]): [string, string][] {
  return [...new Set(names)].map((name) => [name, name]);
}

/** The first rows, or all where they are asked for. */
export function shownRows<T>(all: T[], first: number, state: State): T[] {
  return state["shown"] === "all" ? all : all.slice(0, first);
}

/** Ask for all rows; not there where all are seen anyway. */
export function ShowMore({ all, first, state, change }: ChoiceProps & { all: number; first: number }) {
  if (all <= first) return null;
  return (
    <Choice
      label="Show"
      value={state["shown"] ?? ""}
      options={[
        ["", `the first ${first}`],
        ["all", `all ${all}`],
      ]}
      onChange={(to) => change({ shown: to })}
    />
  );
}
