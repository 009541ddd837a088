/**
 * Write `src/counterstream/report/outlines.json`: coasts and countries of Natural Earth (public domain), simplified.
 *
 * One topology, so that a country's border lies exactly on the coast and on its neighbour's border, and former states
 * can be merged from the countries of today. Run by `npm run outlines`; the file is kept in the repository.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { mergeArcs, quantize } from "topojson-client";
import { filter, filterAttachedWeight, presimplify, quantile, simplify } from "topojson-simplify";

/** Share of points that go: what is left reads well on a picture of 1,000 pixels. */
const DROPPED = 0.35;
/** Steps of a coordinate around the globe: a tenth of a degree. */
const STEPS = 3600;

const load = createRequire(import.meta.url);
const codes = load("i18n-iso-countries");
const raw = JSON.parse(readFileSync(load.resolve("world-atlas/countries-110m.json"), "utf8"));
const weighted = presimplify(raw);
const least = quantile(weighted, DROPPED);
const simple = quantize(filter(simplify(weighted, least), filterAttachedWeight(weighted, least)), STEPS);
const geometries = simple.objects.countries.geometries.filter((one) => one.arcs);
const polygons = (one) => (one.type === "Polygon" ? [one.arcs] : one.arcs);
const named = geometries.filter((one) => one.id && codes.numericToAlpha2(one.id));

const written = {
  source: "Natural Earth 1:110m, by way of world-atlas",
  transform: simple.transform,
  arcs: simple.arcs,
  land: mergeArcs(simple, geometries).arcs,
  countries: Object.fromEntries(
    named.map((one) => [codes.numericToAlpha2(one.id), polygons(one)]).sort(([a], [b]) => (a < b ? -1 : 1)),
  ),
};
writeFileSync(new URL("../../src/counterstream/report/outlines.json", import.meta.url), `${JSON.stringify(written)}\n`);
