/** A claim by its identifier, as a link to the view that shows it. */
import type { Placed } from "./data";

export function ClaimLink({ id, placed }: { id: string; placed: Placed | undefined }) {
  return placed ? <a href={placed.href}>{id}</a> : <>{id}</>;
}
