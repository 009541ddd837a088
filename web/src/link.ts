/** A view's state in the fragment of the page's address, so that a link restores it. */

export type State = Record<string, string>;

/** What every link of the page holds besides the state of its view: where several runs are shown, the run's name. */
export const everyLink: State = {};

/** The fragment of a view in a state: `#view=flows&series=departures`; empty values are left out. */
export function formatLink(view: string, state: State): string {
  const pairs = new URLSearchParams({ view });
  const held = { ...everyLink, ...state };
  for (const key of Object.keys(held).sort()) {
    const value = held[key];
    if (value) pairs.set(key, value);
  }
  return `#${pairs}`;
}

/** The view and the state that a fragment names; null where it is an ordinary anchor. */
export function parseLink(fragment: string): { view: string; state: State } | null {
  if (!fragment.startsWith("#view=")) return null;
  const { view = "", ...state } = Object.fromEntries(new URLSearchParams(fragment.slice(1)));
  return { view, state };
}
