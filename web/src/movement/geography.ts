/** Where places lie on the map, and the shapes of arrows between them. */
import { type GeoProjection, geoAzimuthalEqualArea, geoDistance } from "d3-geo";
import { feature, merge } from "topojson-client";
import type { GeometryCollection, MultiPolygon, Polygon, Topology } from "topojson-specification";
import { fitText } from "../text";
import type { Place } from "./data";

export type Point = [x: number, y: number];

/** Outlines of the coasts and of each place. */
export interface Ground {
  land: GeoJSON.MultiPolygon | null;
  /** By place; null where a place has no outline. */
  outlines: (GeoJSON.MultiPolygon | null)[];
}

/** Read outlines; a place of several countries is merged from them, without the borders between. */
export function readGround(places: Place[], topology: Topology | null): Ground {
  const held = topology?.objects["places"] as GeometryCollection | undefined;
  const land = topology?.objects["land"];
  const countries = (held?.geometries ?? []) as (MultiPolygon | Polygon)[];
  return {
    land: topology && land ? ((feature(topology, land as MultiPolygon) as GeoJSON.Feature).geometry as GeoJSON.MultiPolygon) : null,
    outlines: places.map((place) => {
      const own = countries.filter((country) => place.countries.includes(`${country.id}`));
      return topology && own.length ? merge(topology, own) : null;
    }),
  };
}

/** Longitude and latitude of each place: its own point, else the middle of the first country's largest part. */
export function placePoints(places: Place[], topology: Topology | null): (Point | null)[] {
  const held = topology?.objects["places"] as GeometryCollection | undefined;
  return places.map((place) => {
    if (place.at) return [place.at[1], place.at[0]];
    const first = held?.geometries.find((country) => country.id === place.countries[0]);
    if (!topology || !first) return null;
    const shape = (feature(topology, first as MultiPolygon) as GeoJSON.Feature<GeoJSON.MultiPolygon>).geometry;
    const boxes = shape.coordinates.map(([ring = []]) => boxOf(ring as Point[]));
    const size = ([west, south, east, north]: Box) => (east - west) * (north - south);
    const largest = boxes.sort((a, b) => size(b) - size(a))[0];
    return largest ? [(largest[0] + largest[2]) / 2, (largest[1] + largest[3]) / 2] : null;
  });
}

type Box = [west: number, south: number, east: number, north: number];

function boxOf(ring: Point[]): Box {
  const longitudes = ring.map(([x]) => x);
  const latitudes = ring.map(([, y]) => y);
  return [Math.min(...longitudes), Math.min(...latitudes), Math.max(...longitudes), Math.max(...latitudes)];
}

/** Outlines farther from every place than this (radians) may be cut off: a state can reach around half the globe. */
const FAR = 0.3;

/** An equal-area projection that holds all points, and of the outlines what lies near them. */
export function makeProjection(points: Point[], ground: Ground, width: number, height: number): GeoProjection {
  const middle = middleOf(points);
  const near = ground.outlines
    .flatMap((outline) => outline?.coordinates ?? [])
    .flatMap(([ring = []]) => ring as Point[])
    .filter((point) => points.some((place) => geoDistance(point, place) < FAR));
  const held: GeoJSON.MultiPoint = { type: "MultiPoint", coordinates: [...points, ...near, ...aroundOf(points)] };
  const pad = Math.max(18, width * 0.04);
  return geoAzimuthalEqualArea()
    .rotate([-middle[0], -middle[1]])
    .fitExtent([[pad, pad], [width - pad, height - pad]], held)
    .clipExtent([[-2, -2], [width + 2, height + 2]])
    .precision(0.5);
}

/** Points some degrees around each, so that no place lies at the edge. */
function aroundOf(points: Point[]): Point[] {
  return points.flatMap(([x, y]) => [[x - 8, y], [x + 8, y], [x, Math.max(-89, y - 5)], [x, Math.min(89, y + 5)]] as Point[]);
}

/** The middle of points on the globe. */
export function middleOf(points: Point[]): Point {
  const turn = Math.PI / 180;
  const sum = points.reduce(
    (held, [x, y]) => {
      const flat = Math.cos(y * turn);
      return [held[0] + flat * Math.cos(x * turn), held[1] + flat * Math.sin(x * turn), held[2] + Math.sin(y * turn)] as const;
    },
    [0, 0, 0] as readonly [number, number, number],
  );
  const level = Math.hypot(sum[0], sum[1]);
  return [Math.atan2(sum[1], sum[0]) / turn, Math.atan2(sum[2], level) / turn];
}

/** How far an arrow bows out, as a share of its length; always to its left, so that there and back lie apart. */
const BOW = 0.2;
/** Arrows from one place that lie side by side bow out by different shares: the least, and what each adds. */
const BESIDE = { least: 0.1, more: 0.15 };
/** Arrows lie side by side if they part by less than this (radians) and neither is so many times longer. */
const SIMILAR = { angle: 0.6, length: 2.5 };

/** How far each arrow bows: the farther left one starts among those beside it, the more, so that they do not cross. */
export function bowsOf(arrows: { from: Point; to: Point }[]): number[] {
  const ways = arrows.map(({ from, to }) => ({ from, x: to[0] - from[0], y: to[1] - from[1] }));
  return ways.map((one) => {
    const beside = ways.filter((other) => {
      if (other === one || other.from !== one.from) return false;
      const ratio = Math.hypot(other.x, other.y) / (Math.hypot(one.x, one.y) || 1);
      return Math.abs(turnOf(one, other)) < SIMILAR.angle && ratio < SIMILAR.length && ratio > 1 / SIMILAR.length;
    });
    return beside.length ? BESIDE.least + BESIDE.more * beside.filter((other) => turnOf(one, other) > 0).length : BOW;
  });
}

/** The angle from one way to another; to the right where it is positive, as the picture counts downwards. */
function turnOf(one: { x: number; y: number }, other: { x: number; y: number }): number {
  return Math.atan2(one.x * other.y - one.y * other.x, one.x * other.x + one.y * other.y);
}
const SAMPLES = 28;
/** Heads are wider than their arrows, and at least so many pixels. */
const HEAD = 2.1;
const LEAST_HEAD = 9;
/** Pixels between a place and the ends of its arrows. */
const GAP = 5;

/** The outline of a bowed arrow of some width. */
export function arrowPath(from: Point, to: Point, width: number, bow = BOW): string {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  // To the left of the way: up where it leads to the right.
  const top: Point = [(from[0] + to[0]) / 2 + dy * bow * 2, (from[1] + to[1]) / 2 - dx * bow * 2];
  const along = (t: number): Point => [
    (1 - t) ** 2 * from[0] + 2 * (1 - t) * t * top[0] + t ** 2 * to[0],
    (1 - t) ** 2 * from[1] + 2 * (1 - t) * t * top[1] + t ** 2 * to[1],
  ];
  const normal = (t: number): Point => {
    const x = 2 * (1 - t) * (top[0] - from[0]) + 2 * t * (to[0] - top[0]);
    const y = 2 * (1 - t) * (top[1] - from[1]) + 2 * t * (to[1] - top[1]);
    const size = Math.hypot(x, y) || 1;
    return [-y / size, x / size];
  };
  const head = Math.max(width * HEAD, LEAST_HEAD);
  const begin = Math.min(0.3, GAP / length);
  const tip = 1 - begin;
  const neck = Math.max(begin + 0.05, tip - Math.min(0.6, (0.85 * head) / length));
  const side = (sign: number) =>
    Array.from({ length: SAMPLES + 1 }, (_, index) => {
      const t = begin + ((neck - begin) * index) / SAMPLES;
      const [x, y] = along(t);
      const [nx, ny] = normal(t);
      return [x + (sign * nx * width) / 2, y + (sign * ny * width) / 2] as Point;
    });
  const [hx, hy] = along(neck);
  const [nx, ny] = normal(neck);
  const wings = [1, -1].map((sign): Point => [hx + (sign * nx * head) / 2, hy + (sign * ny * head) / 2]);
  const outline = [...side(1), wings[0], along(tip), wings[1], ...side(-1).reverse()] as Point[];
  return `M${outline.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}Z`;
}

/** A name beside its point. */
export interface Name {
  index: number;
  text: string;
  at: Point;
  x: number;
  y: number;
  anchor: "start" | "end" | "middle";
}

const LETTER = 7;
const LONGEST = 26;

/** Put names beside their points where they hide no other name and no point; one place in the end, if none is free. */
export function placeNames(points: { index: number; text: string; at: Point }[], width: number, height: number): Name[] {
  const taken = points.map(({ at: [x, y] }): Area => [x - 4, y - 4, x + 4, y + 4]);
  return points.map(({ index, text, at }) => {
    const cut = fitText(text, LONGEST * LETTER);
    const long = [...cut].length * LETTER;
    const choices = SIDES.map(([dx, dy, anchor]) => {
      const [x, y] = [at[0] + dx, at[1] + dy];
      const left = anchor === "start" ? x : anchor === "end" ? x - long : x - long / 2;
      return { name: { index, text: cut, at, x, y, anchor }, area: [left, y - 10, left + long, y + 3] as Area };
    });
    const inside = ([left, top, right, bottom]: Area) => left >= 0 && top >= 0 && right <= width && bottom <= height;
    const free = (area: Area) => taken.every((other) => area[2] < other[0] || area[0] > other[2] || area[3] < other[1] || area[1] > other[3]);
    const best = choices.find(({ area }) => inside(area) && free(area)) ?? choices.find(({ area }) => inside(area)) ?? choices[0];
    if (!best) throw new Error("no side to put a name on");
    taken.push(best.area);
    return best.name;
  });
}

type Area = [left: number, top: number, right: number, bottom: number];
const SIDES: [dx: number, dy: number, anchor: Name["anchor"]][] = [
  [7, 4, "start"],
  [-7, 4, "end"],
  [0, -9, "middle"],
  [0, 17, "middle"],
  [6, -7, "start"],
  [-6, -7, "end"],
  [6, 15, "start"],
  [-6, 15, "end"],
];
