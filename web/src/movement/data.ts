/** Movements between places: the part of the document that `counterstream.report.views.movements` writes. */
import type { Topology } from "topojson-specification";
import type { Maybe, ViewsDocument } from "../data";
import { count, formatNumber } from "../format";

/** What lies outside the system: where persons who leave it are at the end of a period. */
export const OUTSIDE = -1;

/** The place in which those entered the system who were not in it at the start of a period; null for all others. */
export const entryOf = (from: number): number | null => (from < OUTSIDE ? -2 - from : null);

/** Means add up and are drawn; medians with the equal-tailed 90 % interval are told. */
export interface Spread<T> {
  mean: T;
  median: T;
  low90: T;
  high90: T;
}

export interface Place {
  name: string;
  label: string;
  /** Latitude and longitude. */
  at: [number, number] | null;
  countries: string[];
  home: boolean;
}

/** Period, place at its start (or see `entryOf`), place at its end, and whether they are home and came there from elsewhere in between. */
export type Link = [period: number, from: number, to: number, cameHome: boolean];

/** Where persons were at the start and at the end of each period; arrays by period (or bound) and place. */
export interface Cut {
  bounds: string[];
  links: Link[];
  persons: Spread<Maybe[]>;
  stocks: Spread<Maybe[][]>;
  arrived: Spread<Maybe[][]>;
  departed: Spread<Maybe[][]>;
  entered: Spread<Maybe[][]>;
  lost: Spread<Maybe[][]>;
}

/** Moves between places; arrays by pair and period. */
export interface Moves {
  bounds: string[];
  pairs: [from: number, to: number, home: boolean][];
  persons: Spread<Maybe[][]>;
  total: Spread<Maybe[]>;
}

export interface Movements {
  places: Place[];
  cuts: Cut[];
  moves: Moves;
  outlines: Topology | null;
}

/** The movements of a document, if it has any between places. */
export function movementsOf(document: ViewsDocument): Movements | null {
  const found = document.parts["movements"] as Movements | undefined;
  return found && found.moves.pairs.length > 0 ? found : null;
}

/** `1968 to 1970` where both bounds begin a year (the second is not included), else with months or days. */
export function formatPeriod(from: string, to: string): string {
  const last = new Date(Date.parse(`${to}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  if (from.endsWith("-01-01") && to.endsWith("-01-01")) {
    return from.slice(0, 4) === last.slice(0, 4) ? from.slice(0, 4) : `${from.slice(0, 4)} to ${last.slice(0, 4)}`;
  }
  return from.endsWith("-01") && to.endsWith("-01") ? `${from.slice(0, 7)} to ${last.slice(0, 7)}` : `${from} to ${last}`;
}

/** `Jan 1970` as short as it can be: the year alone where it begins. */
export function formatBound(day: string): string {
  return day.endsWith("-01-01") ? day.slice(0, 4) : day.endsWith("-01") ? day.slice(0, 7) : day;
}

/** Persons as whole numbers: `120 (90 % interval 100 to 140)`. */
export function formatSpread(median: Maybe | undefined, low: Maybe | undefined, high: Maybe | undefined): string {
  return `${formatPersons(median)} (90 % interval ${formatPersons(low)} to ${formatPersons(high)})`;
}

/** A number of persons; below ten with the digits that there are. */
export function formatPersons(value: Maybe | undefined): string {
  if (value !== null && value !== undefined && value < 0.05 && value > -0.05) return "0";
  return formatNumber(value !== null && value !== undefined && Math.abs(value) >= 10 ? Math.round(value) : value);
}

/** `7.5 M`, `12 k`, `340`: for where there is little room. */
export function formatShort(value: Maybe | undefined): string {
  if (value === null || value === undefined) return "";
  const size = Math.abs(value);
  const cut = (number: number) => (number >= 99.5 ? Math.round(number).toString() : Number(number.toPrecision(2)).toString());
  return size >= 999_500 ? `${cut(value / 1e6)} M` : size >= 999.5 ? `${cut(value / 1e3)} k` : `${Math.round(value)}`;
}

/** What kind of movement a link or a move is: its colour and its word. */
export type Course = "away" | "onward" | "return" | "stay" | "outside";

export function courseOf(places: Place[], from: number, to: number, cameHome: boolean): Course {
  if (cameHome) return "return";
  const entry = entryOf(from);
  if (to === OUTSIDE || entry === to) return "outside";
  if (from === to) return "stay";
  return places[entry ?? from]?.home ? "away" : "onward";
}

/** A link in words: `from Israel to the Soviet Union`. */
export function tellLink(places: Place[], [, from, to, cameHome]: Link): string {
  const name = (place: number) => places[place]?.label ?? "outside";
  if (to === OUTSIDE) return `left the system from ${name(from)}`;
  const entry = entryOf(from);
  if (entry !== null) return `entered the system in ${name(entry)}, ${cameHome ? "came home from elsewhere to" : "at the end in"} ${name(to)}`;
  if (from === to) return cameHome ? `left ${name(from)} and came home` : `stayed in ${name(from)}`;
  return `from ${name(from)} to ${name(to)}`;
}

/** Names of the places that returns lead to. */
export function homeNames(places: Place[]): string {
  return places.filter((place) => place.home).map((place) => place.label).join(", ");
}

/** `24 periods`. */
export const countPeriods = (bounds: string[]) => count(bounds.length - 1, "period");
