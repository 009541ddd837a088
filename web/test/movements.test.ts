import { describe, expect, it } from "vitest";
import { type Cut, type Link, type Movements, type Place, formatPeriod, courseOf, formatPersons, formatShort, tellLink } from "../src/movement/data";
import { LEAST_WIDTH, accountsOf, isShown, layRibbons, ribbonPath } from "../src/movement/ribbons";
import { flowsAt } from "../src/views/map";

const place = (label: string, home = false): Place => ({ name: label.toLowerCase(), label, at: null, countries: [], home });
const PLACES = [place("Home", true), place("Away"), place("Far")];
const spread = <T>(value: T) => ({ mean: value, median: value, low90: value, high90: value });
const LINKS: Link[] = [
  [0, 0, 0, false],
  [0, 0, 1, false],
  [0, 0, 0, true],
  [1, 0, 0, false],
  [1, 1, 0, true],
  [1, 1, 2, false],
  [1, 0, -1, false],
];
const CUT: Cut = {
  bounds: ["1970-01-01", "1975-01-01", "1980-01-01"],
  links: LINKS,
  persons: spread([880, 100, 20, 890, 0.4, 99.6, 10]),
  stocks: spread([[1000, 0, 0], [900, 100, 0], [890.4, 0, 99.6]]),
  arrived: spread([[20, 120, 0], [0.4, 0, 99.6]]),
  departed: spread([[120, 20, 0], [0, 100, 0]]),
  entered: spread([[0, 0, 0], [0, 0, 0]]),
  lost: spread([[0, 0, 0], [10, 0, 0]]),
};
const BOX = { left: 0, right: 700, top: 20, bottom: 420 };

describe("ribbons", () => {
  it("draws only who moved, returns home among them, and everybody when asked", () => {
    expect(LINKS.filter((link) => isShown(link, "moved"))).toEqual([LINKS[1], LINKS[2], LINKS[4], LINKS[5]]);
    expect(LINKS.every((link) => isShown(link, "everybody"))).toBe(true);
  });
  it("counts who entered the system and moved on among those who moved", () => {
    expect(isShown([0, -2, 1, false], "moved")).toBe(true);
    expect(isShown([0, -2, 0, false], "moved")).toBe(false);
    expect(courseOf(PLACES, -2, 1, false)).toBe("away");
    expect(courseOf(PLACES, -3, 2, false)).toBe("onward");
    expect(courseOf(PLACES, -2, 0, false)).toBe("outside");
    const born: Cut = { ...CUT, links: [[0, -2, 1, false], [0, -3, 2, false]], persons: spread([30, 10]) };
    const laid = layRibbons(born, PLACES, "moved", BOX);
    expect(laid.lanes.map((lane) => lane.place)).toEqual([1, 2, -1]);
    expect(laid.stops.find((stop) => stop.place === -1 && stop.bound === 0)?.height).toBeCloseTo(40 * laid.scale, 6);
  });
  it("gives every bar the height of who is there", () => {
    const laid = layRibbons(CUT, PLACES, "everybody", BOX);
    for (const stop of laid.stops.filter((one) => one.place >= 0)) {
      expect(stop.height).toBeCloseTo((CUT.stocks.mean[stop.bound]?.[stop.place] ?? 0) * laid.scale, 6);
    }
    expect(Math.max(...laid.lanes.map((lane) => lane.bottom))).toBeCloseTo(BOX.bottom, 6);
  });
  it("keeps places in lanes in their order, what lies outside last", () => {
    expect(layRibbons(CUT, PLACES, "everybody", BOX).lanes.map((lane) => lane.place)).toEqual([0, 1, 2, -1]);
    expect(layRibbons(CUT, PLACES, "moved", BOX).lanes.map((lane) => lane.place)).toEqual([0, 1, 2]);
  });
  it("draws returns last, and wide enough to be seen", () => {
    const { ribbons } = layRibbons(CUT, PLACES, "moved", BOX);
    expect(ribbons.map((ribbon) => ribbon.course)).toEqual(["away", "onward", "return", "return"]);
    const thin = ribbons.at(-1);
    const [, top, bottom] = /^M[\d.]+,([\d.]+)C.*,([\d.]+)Z$/.exec(thin?.path ?? "") ?? [];
    expect(Number(bottom) - Number(top)).toBeCloseTo(LEAST_WIDTH.return, 0);
  });
  it("does not fail where nobody moved", () => {
    const nobody = { ...CUT, links: [], persons: spread([]) };
    expect(layRibbons(nobody, PLACES, "moved", BOX).ribbons).toEqual([]);
  });
  it("is level at both ends", () => {
    expect(ribbonPath(0, 10, 100, 50, 4)).toBe("M0.0,8.0C50.0,8.0 50.0,48.0 100.0,48.0V52.0C50.0,52.0 50.0,12.0 0.0,12.0Z");
  });
});

describe("accounts", () => {
  it("close", () => {
    for (const account of accountsOf(CUT, PLACES)) expect(account.residual).toBeCloseTo(0, 9);
  });
  it("name what stays unexplained", () => {
    const faulty = { ...CUT, lost: spread([[0, 0, 0], [7, 0, 0]]) };
    expect(accountsOf(faulty, PLACES).map((account) => account.residual).filter((value) => Math.abs(value) > 1e-6)).toEqual([expect.closeTo(3)]);
  });
});

describe("moves", () => {
  const told: Movements = {
    places: PLACES,
    cuts: [CUT],
    outlines: null,
    moves: {
      bounds: CUT.bounds,
      pairs: [[0, 1, false], [1, 0, true], [1, 2, false]],
      persons: spread([[120, 0], [20, 0.4], [0, 99.6]]),
      total: spread([120, 20.4, 99.6]),
    },
  };
  it("are told for the whole time, most first", () => {
    expect(flowsAt(told, 0).map((flow) => [flow.from, flow.to, flow.mean])).toEqual([[0, 1, 120], [1, 2, 99.6], [1, 0, 20.4]]);
  });
  it("leave out what nobody does in a period", () => {
    expect(flowsAt(told, 1).map((flow) => flow.mean)).toEqual([120, 20]);
    expect(flowsAt(told, 2).map((flow) => flow.mean)).toEqual([99.6]);
  });
});

describe("words", () => {
  it("say periods by years where they can", () => {
    expect(formatPeriod("1970-01-01", "1975-01-01")).toBe("1970 to 1974");
    expect(formatPeriod("1970-01-01", "1971-01-01")).toBe("1970");
    expect(formatPeriod("1970-01-01", "1970-07-01")).toBe("1970-01 to 1970-06");
    expect(formatPeriod("1970-01-05", "1970-01-12")).toBe("1970-01-05 to 1970-01-11");
  });
  it("say links", () => {
    expect(tellLink(PLACES, [0, 0, 0, true])).toBe("left Home and came home");
    expect(tellLink(PLACES, [0, 1, 0, true])).toBe("from Away to Home");
    expect(tellLink(PLACES, [0, 1, 1, false])).toBe("stayed in Away");
    expect(tellLink(PLACES, [0, 2, -1, false])).toBe("left the system from Far");
    expect(tellLink(PLACES, [0, -2, 2, false])).toBe("entered the system in Home, at the end in Far");
  });
  it("say numbers of persons in little room", () => {
    expect([7_512_000, 137_400, 999_700, 1_234, 999, 0, null].map(formatShort)).toEqual(["7.5 M", "137 k", "1 M", "1.2 k", "999", "0", ""]);
    expect([0.01, -0.04, 7.25, 123.4].map(formatPersons)).toEqual(["0", "0", "7.25", "123"]);
  });
});
