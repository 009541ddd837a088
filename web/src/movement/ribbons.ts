/** Layout of a period-by-place Sankey diagram: places in lanes, bounds of periods in columns. */
import { type SankeyLink, type SankeyNode, sankey } from "d3-sankey";
import { type Course, type Cut, type Link, OUTSIDE, type Place, courseOf, entryOf } from "./data";

/** What is drawn: only who moved, or everybody. */
export type Shown = "moved" | "everybody";

interface NodeData {
  id: string;
  bound: number;
  place: number;
}

interface LinkData {
  /** Place of the link in the cut; the layout numbers its links by itself. */
  row: number;
}

type Node = SankeyNode<NodeData, LinkData>;
type Edge = SankeyLink<NodeData, LinkData>;

export interface Ribbon {
  index: number;
  link: Link;
  course: Course;
  mean: number;
  path: string;
  /** Middle of the ribbon. */
  at: [number, number];
}

export interface Stop {
  bound: number;
  place: number;
  x: number;
  y: number;
  height: number;
}

export interface Lane {
  place: number;
  top: number;
  bottom: number;
}

export interface Layout {
  ribbons: Ribbon[];
  stops: Stop[];
  lanes: Lane[];
  columns: number[];
  /** Pixels a person. */
  scale: number;
}

export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export const NODE_WIDTH = 7;
/** Thinner ribbons would not be seen; returns are few and must be. */
export const LEAST_WIDTH = { return: 2.2, other: 1 };
/** Room above each lane for its name and the numbers of its stocks. */
export const LANE_HEAD = 34;

/** Whether a link is drawn. */
export function isShown([, from, to, cameHome]: Link, shown: Shown): boolean {
  return shown === "everybody" || cameHome || (to !== OUTSIDE && (entryOf(from) ?? from) !== to);
}

/** The lane in which a link begins: who entered the system begins outside it. */
const laneOf = (from: number) => Math.max(from, OUTSIDE);

/** Lanes that a cut has, in their order. */
export function lanesOf(cut: Cut, shown: Shown): number[] {
  const ends = cut.links.filter((link) => isShown(link, shown)).flatMap(([, from, to]) => [laneOf(from), to]);
  return [...new Set(ends)].sort(byLane);
}

/** Lay a cut out in a box. */
export function layRibbons(cut: Cut, places: Place[], shown: Shown, box: Box): Layout {
  const drawn = cut.links.flatMap((link, index) => {
    const mean = cut.persons.mean[index] ?? 0;
    return isShown(link, shown) && mean > 0 ? [{ link, index, mean }] : [];
  });
  const used = drawn.length ? lanesOf(cut, shown) : [];
  const last = cut.bounds.length - 1;
  const columns = cut.bounds.map((_, bound) => box.left + ((box.right - box.left - NODE_WIDTH) * bound) / (last || 1));
  // d3-sankey cannot lay out nothing.
  if (!used.length) return { ribbons: [], stops: [], lanes: [], columns, scale: 0 };
  const id = (bound: number, place: number) => `${bound}:${place}`;
  const nodes = used.flatMap((place) => cut.bounds.map((_, bound) => ({ id: id(bound, place), bound, place })));
  // A chain of nothing through each lane, so that every column is one step after the one before.
  const chains = used.flatMap((place) =>
    cut.bounds.slice(1).map((_, bound) => ({ source: id(bound, place), target: id(bound + 1, place), value: 0, row: -1 })),
  );
  const links = drawn.map(({ link: [period, from, to], index, mean }) => ({
    source: id(period, laneOf(from)),
    target: id(period + 1, to),
    value: mean,
    row: index,
  }));
  const layout = sankey<NodeData, LinkData>()
    .nodeId((node) => node.id)
    .nodeAlign((node) => node.bound)
    .nodeWidth(NODE_WIDTH)
    .iterations(0)
    .extent([[box.left, box.top], [box.right, box.bottom]]);
  const graph = layout({ nodes: nodes.map((node) => ({ ...node })), links: [...chains, ...links].map((link) => ({ ...link })) });
  const tallest = new Map(used.map((place) => [place, Math.max(...graph.nodes.filter((node) => node.place === place).map((node) => node.value ?? 0))]));
  const total = [...tallest.values()].reduce((sum, value) => sum + value, 0);
  const scale = Math.max(0, box.bottom - box.top - LANE_HEAD * used.length) / (total || 1);
  const lanes: Lane[] = [];
  let top = box.top;
  for (const place of used) {
    const bottom = top + LANE_HEAD + (tallest.get(place) ?? 0) * scale;
    lanes.push({ place, top: top + LANE_HEAD, bottom });
    top = bottom;
  }
  const lane = new Map(lanes.map((one) => [one.place, one]));
  for (const node of graph.nodes) {
    node.y0 = lane.get(node.place)?.top ?? 0;
    node.y1 = node.y0 + (node.value ?? 0) * scale;
  }
  for (const edge of graph.links) edge.width = edge.value * scale;
  const end = (edge: Edge, side: "source" | "target") => edge[side] as Node;
  for (const node of graph.nodes) {
    node.sourceLinks?.sort((a, b) => byLane(end(a, "target").place, end(b, "target").place) || a.row - b.row);
    node.targetLinks?.sort((a, b) => byLane(end(a, "source").place, end(b, "source").place) || a.row - b.row);
  }
  layout.update(graph);
  const ribbons = graph.links.flatMap((edge): Ribbon[] => {
    const link = cut.links[edge.row];
    if (!link) return [];
    const course = courseOf(places, link[1], link[2], link[3]);
    const width = Math.max(edge.width ?? 0, course === "return" ? LEAST_WIDTH.return : LEAST_WIDTH.other);
    const [x0, x1] = [end(edge, "source").x1 ?? 0, end(edge, "target").x0 ?? 0];
    const [y0, y1] = [edge.y0 ?? 0, edge.y1 ?? 0];
    return [{ index: edge.row, link, course, mean: edge.value, path: ribbonPath(x0, y0, x1, y1, width), at: [(x0 + x1) / 2, (y0 + y1) / 2] }];
  });
  const stops = graph.nodes.map((node) => ({ bound: node.bound, place: node.place, x: node.x0 ?? 0, y: node.y0 ?? 0, height: (node.y1 ?? 0) - (node.y0 ?? 0) }));
  // Wide ribbons below thin ones, returns on top of all.
  ribbons.sort((a, b) => Number(a.course === "return") - Number(b.course === "return") || b.mean - a.mean);
  return { ribbons, stops, lanes, columns, scale };
}

/** Places in their order, what lies outside last. */
function byLane(a: number, b: number): number {
  const rank = (place: number) => (place === OUTSIDE ? Infinity : place);
  return rank(a) === rank(b) ? 0 : rank(a) - rank(b);
}

/** The outline of a ribbon: level at both ends. */
export function ribbonPath(x0: number, y0: number, x1: number, y1: number, width: number): string {
  const middle = ((x0 + x1) / 2).toFixed(1);
  const half = width / 2;
  const n = (value: number) => value.toFixed(1);
  return (
    `M${n(x0)},${n(y0 - half)}C${middle},${n(y0 - half)} ${middle},${n(y1 - half)} ${n(x1)},${n(y1 - half)}` +
    `V${n(y1 + half)}C${middle},${n(y1 + half)} ${middle},${n(y0 + half)} ${n(x0)},${n(y0 + half)}Z`
  );
}

/** One account a period and place: what was there, came, went and is there; and what is left unexplained. */
export interface Account {
  period: number;
  place: number;
  start: number;
  arrived: number;
  departed: number;
  entered: number;
  lost: number;
  end: number;
  residual: number;
}

/** Accounts by their means, which add up. */
export function accountsOf(cut: Cut, places: Place[]): Account[] {
  return cut.bounds.slice(1).flatMap((_, period) =>
    places.map((_, place): Account => {
      const read = (rows: (number | null)[][], row = period) => rows[row]?.[place] ?? 0;
      const start = read(cut.stocks.mean);
      const end = read(cut.stocks.mean, period + 1);
      const [arrived, departed] = [read(cut.arrived.mean), read(cut.departed.mean)];
      const [entered, lost] = [read(cut.entered.mean), read(cut.lost.mean)];
      return { period, place, start, arrived, departed, entered, lost, end, residual: start + arrived - departed + entered - lost - end };
    }),
  );
}
