import { SeriesView } from "../series-view";
import type { View } from "../view";

export default {
  id: "stocks",
  title: "Stocks: how many at a time",
  shows: (document) => (document.parts.series ?? []).some((series) => series.kind === "stock"),
  View: (props) => <SeriesView kind="stock" noun="Stock" {...props} />,
} satisfies View;
