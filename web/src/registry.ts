/** Every view of the folder `views/`, by name, in the order of the report: what happened, what if, whom to believe. */
import type { View } from "./view";

const files = import.meta.glob<{ default: View }>("./views/*.tsx", { eager: true });

/** A view that is not named here comes last. */
const ORDER = ["flows", "shares", "stocks", "sankey", "map", "outcomes", "scenarios", "agencies", "contradictions", "parameters", "diagnostics"];

const rank = ({ id }: View) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length);

export const VIEWS: ReadonlyMap<string, View> = new Map(
  Object.values(files)
    .map((file) => file.default)
    .sort((a, b) => rank(a) - rank(b))
    .map((view) => [view.id, view]),
);
