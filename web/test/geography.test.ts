import { readFileSync } from "node:fs";
import type { Topology } from "topojson-specification";
import { describe, expect, it } from "vitest";
import type { Place } from "../src/movement/data";
import { type Point, arrowPath, bowsOf, makeProjection, middleOf, placeNames, placePoints, readGround } from "../src/movement/geography";

interface World {
  transform: NonNullable<Topology["transform"]>;
  arcs: Topology["arcs"];
  land: number[][][];
  countries: Record<string, number[][][]>;
}

const WORLD = JSON.parse(readFileSync(new URL("../../src/counterstream/report/outlines.json", import.meta.url), "utf8")) as World;
const topologyOf = (codes: string[]): Topology => ({
  type: "Topology",
  transform: WORLD.transform,
  arcs: WORLD.arcs,
  objects: {
    land: { type: "MultiPolygon", arcs: WORLD.land },
    places: { type: "GeometryCollection", geometries: codes.map((id) => ({ type: "MultiPolygon", id, arcs: WORLD.countries[id] ?? [] })) },
  },
});
const place = (countries: string[], at: [number, number] | null = null): Place => ({ name: "p", label: "P", at, countries, home: false });
const numbers = (path: string): Point[] => [...path.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);

describe("outlines", () => {
  it("of several countries lose the borders between them", () => {
    const codes = ["RU", "UA", "BY"];
    const topology = topologyOf(codes);
    const [merged] = readGround([place(codes)], topology).outlines;
    const apart = readGround(codes.map((code) => place([code])), topology).outlines;
    const points = (shape: GeoJSON.MultiPolygon | null | undefined) => (shape?.coordinates ?? []).flat(2).length;
    const sum = apart.reduce((total, shape) => total + points(shape), 0);
    expect(points(merged)).toBeGreaterThan(0);
    expect(points(merged)).toBeLessThan(sum);
    // At least two of the three lose their own outline to the one around all of them.
    const polygons = apart.reduce((total, shape) => total + (shape?.coordinates.length ?? 0), 0);
    expect(merged?.coordinates.length).toBeLessThanOrEqual(polygons - 2);
  });
  it("are absent where a place names no country", () => {
    expect(readGround([place([], [50, 10])], topologyOf(["AT"])).outlines).toEqual([null]);
    expect(readGround([place([])], null)).toEqual({ land: null, outlines: [null] });
  });
  it("give a place without a point the middle of its first country", () => {
    const [austria, own, nowhere] = placePoints([place(["AT"]), place(["AT"], [48.2, 16.4]), place([])], topologyOf(["AT"]));
    expect(austria?.[0]).toBeCloseTo(13.3, 0);
    expect(austria?.[1]).toBeCloseTo(47.7, 0);
    expect(own).toEqual([16.4, 48.2]);
    expect(nowhere).toBeNull();
  });
});

describe("the projection", () => {
  it("holds every point, across the date line too", () => {
    for (const points of [[[37.6, 55.7], [-74, 40.7], [34.8, 32.1]], [[170, 10], [-170, 20]], [[5, 50]]] as Point[][]) {
      const projection = makeProjection(points, { land: null, outlines: [] }, 400, 300);
      for (const point of points) {
        const [x = NaN, y = NaN] = projection(point) ?? [];
        expect(x).toBeGreaterThan(0);
        expect(x).toBeLessThan(400);
        expect(y).toBeGreaterThan(0);
        expect(y).toBeLessThan(300);
      }
    }
  });
  it("has its middle where the points lie", () => {
    const [x, y] = middleOf([[170, 0], [-170, 0]]);
    expect(Math.abs(x)).toBeCloseTo(180, 6);
    expect(y).toBeCloseTo(0, 6);
  });
});

describe("arrows", () => {
  it("bow to their left, so that there and back lie apart", () => {
    const there = numbers(arrowPath([0, 100], [200, 100], 6));
    const back = numbers(arrowPath([200, 100], [0, 100], 6));
    expect(Math.min(...there.map(([, y]) => y))).toBeLessThan(80);
    expect(Math.max(...back.map(([, y]) => y))).toBeGreaterThan(120);
  });
  it("bow apart where they start side by side", () => {
    const from: Point = [300, 100];
    const [north, south, alone] = bowsOf([{ from, to: [150, 140] }, { from, to: [180, 190] }, { from: [0, 0], to: [10, 10] }]);
    expect(south).toBeGreaterThan(north ?? 0);
    expect(alone).toBe(0.2);
  });
  it("stay drawings where both ends are one point", () => {
    expect(arrowPath([5, 5], [5, 5], 3)).not.toMatch(/NaN|Infinity/);
  });
});

describe("names", () => {
  it("hide neither each other nor a point", () => {
    const points = [{ index: 0, text: "West Germany", at: [100, 100] as Point }, { index: 1, text: "Vienna", at: [130, 106] as Point }];
    const [first, second] = placeNames(points, 400, 300);
    expect([first?.x, first?.anchor]).not.toEqual([107, "start"]);
    expect(Math.abs((first?.y ?? 0) - (second?.y ?? 0)) > 9 || first?.anchor !== second?.anchor).toBe(true);
  });
  it("stay inside the picture and are cut where they are long", () => {
    const [name] = placeNames([{ index: 0, text: "x".repeat(90), at: [395, 20] }], 400, 300);
    expect(name?.anchor).toBe("end");
    expect(name?.text.length).toBeLessThan(30);
  });
});
