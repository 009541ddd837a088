import { describe, expect, it } from "vitest";
import { placeClaims } from "../src/belief/data";
import type { ViewsDocument } from "../src/data";
import { fitText } from "../src/text";
import { factorTicks } from "../src/chart/factors";
import { stepsOf } from "../src/views/why";

describe("ticks of a bias", () => {
  it("lie as far on both sides of none", () => {
    for (const reach of [0.1, 0.3, 0.7, 1.5, 4]) {
      const ticks = factorTicks(reach, 900);
      expect(ticks).toContain(1);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.map((tick, index) => tick * (ticks.at(-1 - index) ?? NaN))).toEqual(ticks.map(() => expect.closeTo(1)));
    }
  });
  it("are fewer where there is little room", () => {
    expect(factorTicks(0.7, 340).length).toBeLessThanOrEqual(3);
  });
});

describe("steps of a change", () => {
  const part = (name: string, mean: number) => ({ name, kind: "instrument", label: name, mean, median: mean, low90: mean - 1, high90: mean + 1, share: null });
  const told = {
    label: "Departures", unit: "persons", full_unit: "persons per year", before: "1978", after: "1979",
    from: { low90: 90, median: 100, high90: 110 }, to: { low90: 150, median: 160, high90: 170 }, change: { low90: 50, median: 60, high90: 70 },
    parts: [part("small", 0.5), part("large", 80), part("down", -20), part("tiny", -0.5)],
  };
  it("add up, the largest first, the smallest together", () => {
    const steps = stepsOf(told);
    expect(steps.map((step) => step.part.label)).toEqual(["large", "down", "2 smaller parts"]);
    expect(steps[0]?.from).toBe(100);
    expect(steps.at(-1)?.to).toBeCloseTo(100 + told.parts.reduce((sum, one) => sum + one.mean, 0), 9);
    for (const [index, step] of steps.slice(1).entries()) expect(step.from).toBe(steps[index]?.to);
  });
  it("are none where no part has a mean", () => {
    expect(stepsOf({ ...told, parts: [{ ...part("none", 0), mean: null }] })).toEqual([]);
  });
});

describe("claims", () => {
  it("are linked to the view of their kind, whatever their names hold", () => {
    const claim = { id: "C&1=<b>", agency: "A" };
    const document = { format: "", about: {}, parts: { series: [{ observable: "settled", kind: "stock", label: "Settled", unit: "persons", claims: [claim] }] } };
    const placed = placeClaims(document as unknown as ViewsDocument).get(claim.id);
    expect(placed?.href).toBe("#view=stocks&claim=C%261%3D%3Cb%3E&series=settled");
  });
});

describe("texts", () => {
  it("are cut by letters, not in the middle of one", () => {
    expect(fitText("Vienna", 100)).toBe("Vienna");
    expect(fitText("𐌰𐌱𐌲𐌳𐌴𐌵𐌶", 35)).toBe("𐌰𐌱𐌲𐌳…");
  });
});
