import { SeriesView } from "../series-view";
import type { View } from "../view";

export default {
  id: "shares",
  title: "Destination and other shares",
  shows: (document) => (document.parts.series ?? []).some((series) => series.kind === "share"),
  View: (props) => <SeriesView kind="share" noun="Share" {...props} />,
} satisfies View;
