/** Levers and the changes that they stand for. */
import type { Change, Lever } from "./contract";

export const KINDS = ["instrument", "event", "move", "signal", "parameter"] as const;
export const KIND_WORDS: Record<Lever["kind"], string> = {
  instrument: "Instruments",
  event: "Events",
  move: "Rhythms of approval",
  signal: "Signals",
  parameter: "Parameters",
};
export const QUESTION = "my_question";

/** Kind and name of what a change is about. */
export function subject(change: Change): [Lever["kind"], string] | null {
  for (const kind of KINDS) if (change[kind] !== undefined) return [kind, change[kind]];
  return null;
}

/** The lever that a change pulls. */
export function leverOf(levers: Lever[], change: Change): Lever | undefined {
  const [kind, name] = subject(change) ?? [];
  return levers.find((lever) => lever.kind === kind && lever.name === name);
}

/** The change that a lever begins with: one that does something. */
export function firstChange(lever: Lever): Change {
  switch (lever.kind) {
    case "instrument":
    case "signal":
      return { [lever.kind]: lever.name, value: middle(lever.fitted, lever.low) };
    case "event":
      return lever.dropped ? { event: lever.name, from: lever.first } : { event: lever.name, drop: true };
    case "parameter":
      return { parameter: lever.name, times: 1.5 };
    case "move":
      return { move: lever.name, batches: lever.batches === "continuous" ? { every_steps: 6 } : "continuous" };
  }
}

function middle([low, high]: [number | null, number | null], otherwise: number): number {
  return low === null || high === null ? otherwise : Number(((low + high) / 2).toPrecision(3));
}

/** The changes as the section `scenarios`; JSON is YAML. */
export function scenarioText(changes: Change[], label: string): string {
  return changes.length ? JSON.stringify({ scenarios: { [QUESTION]: { label, changes } } }) : "";
}

/** Changes kept in an address; nothing where it holds no list. */
export function readChanges(text: string | undefined): Change[] {
  if (!text) return [];
  try {
    const found: unknown = JSON.parse(text);
    if (!Array.isArray(found)) return [];
    return found.filter((one): one is Change => typeof one === "object" && one !== null && subject(one as Change) !== null);
  } catch {
    return [];
  }
}
