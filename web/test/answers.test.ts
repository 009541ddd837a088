import { describe, expect, it } from "vitest";
import { shortWindow } from "../src/format";
import { type ComparedRow, relative } from "../src/views/compared";
import { type Foretold, factorsOf } from "../src/views/foretold";

const levels = (low90: number | null, median: number | null, high90: number | null) => ({ low90, low50: null, median, high50: null, high90 });

describe("a difference as a share", () => {
  const row = (first: number | null, apart: number | null): ComparedRow => ({ name: "a", label: "A", unit: "persons", first: levels(null, first, null), second: levels(null, null, null), difference: levels(-30, apart, 10) });
  it("is taken of the first's median", () => expect(relative(row(-100, -20))).toMatchObject({ low90: -0.3, median: -0.2, high90: 0.1 }));
  it.each([
    [0, 1],
    [null, 1],
    [100, null],
  ])("is none of %s by %s", (first, apart) => expect(relative(row(first, apart))).toBeNull());
});

describe("what was foretold, as factors", () => {
  const claim = (unit: string, value: number, low: number | null, median: number | null): Foretold => ({ claim: "C1", label: "A", unit, agency: "", first: "1990-01-01", last: "1990-12-31", value, inside: true, place: 0.5, ...levels(low, median, null) });
  it("persons are divided by their median", () => expect(factorsOf(claim("persons", 200, 50, 100))).toMatchObject({ levels: { low90: 0.5, median: 1, high90: null }, reported: 2 }));
  it("shares by the odds", () => expect(factorsOf(claim("share", 0.8, 0.2, 0.5))).toMatchObject({ levels: { low90: expect.closeTo(0.25) }, reported: expect.closeTo(4) }));
  it("nothing lies at the end of the axis, not beyond", () => expect(factorsOf(claim("persons", 0, 0, 100))?.reported).toBeGreaterThan(0));
  it.each([null, 0])("of %s there are none", (median) => expect(factorsOf(claim("persons", 1, 1, median))).toBeNull());
});

describe("windows in few letters", () => {
  it.each([
    ["1990-01-01", "1990-12-31", "1990"],
    ["1990-01-01", "1992-12-31", "1990–1992"],
    ["1990-03-01", "1990-12-31", "1990-03-01 to 1990-12-31"],
  ])("%s to %s is %s", (first, last, text) => expect(shortWindow(first, last)).toBe(text));
});
