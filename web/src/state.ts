/** The state of a view: what the address restores, and what is chosen since. */
import { useEffect, useState } from "preact/hooks";
import type { State } from "./link";

/** Return the state and a function that changes some of it; a new address takes its place. */
export function useViewState(restored: State): [State, (change: State) => void] {
  const [state, setState] = useState(restored);
  useEffect(() => setState(restored), [restored]);
  return [state, (change) => setState((before) => ({ ...before, ...change }))];
}
