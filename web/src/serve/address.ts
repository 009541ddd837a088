/** The page's address: which part is shown, and in what state. */
import { useEffect, useState } from "preact/hooks";
import { type State, formatLink, parseLink } from "../link";

export interface Place {
  view: string;
  state: State;
}

const HOME: Place = { view: "runs", state: {} };

function read(): Place {
  return parseLink(location.hash) ?? HOME;
}

/** Follow the address. */
export function usePlace(): Place {
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const follow = () => setPlace(read());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return place;
}

/** Go to a part of the page. */
export function go(view: string, state: State = {}): void {
  location.hash = formatLink(view, state);
}

const latest = new Map<string, State>();

/** The state in which a part of the page was left. */
export function latestState(view: string): State {
  return latest.get(view) ?? {};
}

/** Put the present state into the address, without a step back for each. */
export function keep(view: string, state: State): void {
  latest.set(view, state);
  history.replaceState(null, "", formatLink(view, state));
}
