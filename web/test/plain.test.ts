import { describe, expect, it } from "vitest";
import { chooseScale, courseSpan, fitLimits, makeAxis, makeValueAxis, timeTicks, valueTicks } from "../src/axis";
import { type Course, expandDays, isoDay, readDocument } from "../src/data";
import { formatChange, formatDay, formatIn, formatNumber, formatPercent, formatTick } from "../src/format";
import { formatLink, parseLink } from "../src/link";
import { foldText } from "../src/picture";
import { csvValue, fileName, tableCsv } from "../src/table";

describe("numbers", () => {
  it.each([
    [12345.4, "12,345"],
    [12.34, "12.3"],
    [-3, "−3"],
    [0.01234, "0.0123"],
    [0.0001234, "1.23e-4"],
    [null, "–"],
  ])("%s is read as %s", (value, text) => expect(formatNumber(value)).toBe(text));

  it("shares are per cent and their changes points", () => {
    expect(formatPercent(0.1234)).toBe("12.3 %");
    expect(formatIn("share", 1)).toBe("100 %");
    expect(formatChange("share", 0.05)).toBe("+5 points");
    expect(formatChange("persons", -1234)).toBe("−1,234");
  });

  it("ticks have no more digits than they need", () => {
    expect(formatTick(0.1 + 0.2)).toBe("0.3");
    expect(formatTick(-20000)).toBe("−20,000");
  });

  it("days are no finer than the step", () => {
    expect(formatDay("1970-01-01", "year")).toBe("1970");
    expect(formatDay("1970-03-01", "month")).toBe("1970-03");
    expect(formatDay("1970-03-01", "day")).toBe("1970-03-01");
  });
});

describe("tables", () => {
  it.each(["=1+1", "+1", "-1", "@a", "\tx", "'=1"])("text %j is guarded", (text) => expect(csvValue(text)).toContain(`'${text}`));
  it("numbers are not", () => expect(csvValue(-5.25)).toBe("-5.25"));
  it("quotes what would end a cell", () => expect(csvValue('a,"b"\n')).toBe('"a,""b""\n"'));
  it("has a heading and ends every line", () => {
    const columns = ["a", "b"].map((name) => ({ heading: name, name }));
    expect(tableCsv({ caption: "", columns, rows: [["x", null], ["y", 1]], fileName: "t" })).toBe("a,b\r\nx,\r\ny,1\r\n");
  });
  it("names files safely", () => expect(fileName("csv", "../a b", "", "é:c")).toBe("a-b-c.csv"));
});

describe("links", () => {
  it("bring a state back", () => {
    const state = { series: "a&b=c", from: "1970-01-01" };
    expect(parseLink(formatLink("flows", state))).toEqual({ view: "flows", state });
  });
  it("leave out what is empty", () => expect(formatLink("flows", { claim: "" })).toBe("#view=flows"));
  it("are told from anchors", () => expect(parseLink("#diagnostics")).toBeNull());
});

describe("days", () => {
  it("by months, days or listed", () => {
    const told = (days: Course["days"]) => expandDays(days).map(isoDay);
    expect(told({ first: "1970-11-01", months: 3, count: 3 })).toEqual(["1970-11-01", "1971-02-01", "1971-05-01"]);
    expect(told({ first: "1970-02-27", days: 2, count: 2 })).toEqual(["1970-02-27", "1970-03-01"]);
    expect(told({ listed: ["1970-01-05"] })).toEqual(["1970-01-05"]);
  });
  it("a flow ends with its last step, a stock on its last day", () => {
    const course = { days: { first: "1970-01-01", months: 1, count: 3 } } as Course;
    expect(isoDay(courseSpan({ ...course, kind: "stock" })[1])).toBe("1970-03-01");
    // The last step is taken to be as long as the one before.
    expect(isoDay(courseSpan({ ...course, kind: "flow" })[1])).toBe("1970-03-29");
  });
});

describe("axes", () => {
  const extent = { shown: [1, 5000], centre: [10, 4000] };
  it("are logarithmic beyond two decades of medians and claims", () => {
    expect(chooseScale(extent, "flow")).toBe("log");
    expect(chooseScale({ ...extent, centre: [100, 4000] }, "flow")).toBe("linear");
    expect(chooseScale(extent, "share")).toBe("linear");
  });
  it("hold what is shown", () => {
    expect(fitLimits({ shown: [80, 100], centre: [90] }, "linear")).toEqual([78.8, 101.2]);
    expect(fitLimits({ shown: [0, 100], centre: [90] }, "linear")[0]).toBe(0);
    const [low, high] = fitLimits(extent, "log");
    expect(low).toBeLessThan(1);
    expect(high).toBeGreaterThan(5000);
  });
  it("lead from values to places and back", () => {
    const axis = makeAxis([10, 1000], [200, 0], true);
    expect(axis(100)).toBeCloseTo(100);
    expect(axis.invert(100)).toBeCloseTo(100);
    expect(axis(0)).toBe(200);
  });
  it("have round ticks", () => {
    expect(valueTicks(makeValueAxis(extent, "log", [300, 0]))).toEqual([1, 3, 10, 30, 100, 300, 1000, 3000]);
    const years = makeAxis([Date.UTC(1968, 0), Date.UTC(1992, 0)], [0, 800]);
    expect(timeTicks(years, 10).every((time) => isoDay(time).endsWith("-01-01"))).toBe(true);
  });
});

describe("documents", () => {
  it("of another format are refused", () => {
    expect(readDocument('{"format":"other/1","parts":{},"about":{}}')).toBeNull();
    expect(readDocument("")).toBeNull();
    expect(readDocument('{"format":"counterstream-views/1","parts":{},"about":{}}')).not.toBeNull();
  });
});

describe("pictures", () => {
  it("break their notes into lines", () => expect(foldText("one two three", 7)).toEqual(["one two", "three"]));
});
