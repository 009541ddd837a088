import { SeriesView } from "../series-view";
import type { View } from "../view";

export default {
  id: "flows",
  title: "Flows through time",
  shows: (document) => (document.parts.series ?? []).some((series) => series.kind === "flow"),
  View: (props) => <SeriesView kind="flow" noun="Flow" {...props} />,
} satisfies View;
