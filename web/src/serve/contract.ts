/** What the local server says: the other half of `counterstream.app`. */
import type { About, Course, Maybe, Scenario } from "../data";

export interface Problem {
  code: string;
  message: string;
  line: number;
  column: number;
  path: string;
  found: string;
  allowed: string;
  mend: string;
  severity: "error" | "warning";
}

export interface RunEntry {
  name: string;
  state: string;
  /** Whether its draws can be run again. */
  usable: boolean;
  /** Whether it holds the data of the views. */
  views: boolean;
  summary: Record<string, string | number | boolean | null>;
}

export interface ServerState {
  launch: string;
  version: string;
  case: string;
  first: string;
  has_source: boolean;
  editable: boolean;
  folder: string;
  /** Names of the drafts of claims that may be reviewed. */
  drafts: string[];
  runs: RunEntry[];
}

export interface ReviewField {
  name: string;
  text: string;
  /** What it may hold. */
  allowed: string;
  edited: boolean;
  /** Whether the text does not say it beside the figure. */
  assumed: boolean;
}

/** A candidate, whole, with the text before and after its words. */
export interface ReviewItem {
  name: string;
  kind: string;
  status: string;
  flagged: boolean;
  page: number;
  paragraph: number;
  before: string;
  quote: string;
  after: string;
  fields: ReviewField[];
  missing: string[];
  proposals: { observable: string; label: string; remark: string; taken: boolean }[];
  /** Claims of the ledger that say the same. */
  known: string[];
  conflicts: string[];
  /** The candidate that told the same before, or empty. */
  first: string;
}

export interface Review {
  document: string;
  title: string;
  who: string;
  counts: Record<string, number>;
  warnings: string[];
  items: { name: string; words: string; status: string; flagged: boolean; again: boolean }[];
  chosen: ReviewItem | null;
  message: string;
  kept: boolean;
}

export interface HeldLever {
  kind: "instrument" | "signal";
  name: string;
  label: string;
  unit: string;
  fitted: [Maybe, Maybe];
  low: number;
  high: number;
  step: number;
}

export interface EventLever {
  kind: "event";
  name: string;
  label: string;
  first: string;
  last: string | null;
  half_life_months: number | null;
  dropped: boolean;
}

export interface RhythmLever {
  kind: "move";
  name: string;
  label: string;
  batches: "continuous" | "dated" | "regular";
  every_steps: number | null;
}

export interface ParameterLever {
  kind: "parameter";
  name: string;
  label: string;
  unit: string;
  median: Maybe;
  fitted: [Maybe, Maybe];
}

export type Lever = HeldLever | EventLever | RhythmLever | ParameterLever;

/** A change as `system.yaml` writes it. */
export interface Change {
  instrument?: string;
  signal?: string;
  event?: string;
  parameter?: string;
  move?: string;
  value?: number;
  times?: number;
  drop?: boolean;
  from?: string;
  to?: string;
  batches?: "continuous" | Record<string, unknown>;
}

export interface Named {
  name: string;
  label: string;
}

export interface DeclaredScenario extends Named {
  changes: Change[];
  sentences: string[];
}

export interface LeversReady {
  about: About;
  /** Whether the draws are those of a fit; else they are of the declared priors. */
  fitted: boolean;
  start: string;
  end: string;
  step: string;
  observables: Named[];
  levers: Lever[];
  scenarios: DeclaredScenario[];
}

export interface LeversLoading {
  phase: string;
  done: number;
  total: number;
}

export interface Levels {
  low90: Maybe;
  low50: Maybe;
  median: Maybe;
  high50: Maybe;
  high90: Maybe;
}

export interface Total {
  observable: string;
  label: string;
  unit: string;
  changed: boolean;
  /** Share of draws in which it rises. */
  rises: Maybe;
  baseline: Levels;
  scenario: Levels;
  difference: Levels;
}

export interface Answer {
  turn: number;
  written: Change[];
  changes: string[];
  yaml: string;
  scenarios: Scenario[];
  n_draws: number;
  totals?: Total[];
  beyond?: string[];
}

export interface Comparison {
  first: string;
  second: string;
  facts: { fact: string; first: string; second: string; differs: boolean }[];
  observables: Named[];
  courses: [Course, Course];
}

export interface SourceText {
  text: string;
  version: string;
  file: string;
  path: string;
}
