/** The table behind a picture, and its CSV form. */
import { MISSING } from "./format";

export type Value = string | number | null;

export interface Column {
  /** As read above the column. */
  heading: string;
  /** As written in the first line of CSV. */
  name: string;
  /** How a number is read on the page; numbers in CSV stay plain. */
  show?: (value: number | null) => string;
}

export interface Table {
  caption: string;
  columns: Column[];
  rows: Value[][];
  fileName: string;
}

/** A spreadsheet runs text that begins so as a formula; an apostrophe is put before it. */
const FORMULA_LIKE = /^'*[=+\-@\t\r\n]/;

/** One value as CSV (RFC 4180); text that a spreadsheet would run is guarded, numbers are left alone. */
export function csvValue(value: Value): string {
  if (value === null) return "";
  if (typeof value === "number") return `${value}`;
  const guarded = FORMULA_LIKE.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** A table as CSV with its heading. */
export function tableCsv(table: Table): string {
  const lines = [table.columns.map((column) => column.name), ...table.rows];
  return lines.map((line) => `${line.map(csvValue).join(",")}\r\n`).join("");
}

/** A cell as read on the page. */
export function showCell(column: Column, value: Value): string {
  if (typeof value === "string") return value;
  if (column.show) return column.show(value);
  return value === null ? MISSING : `${value}`;
}

/** A name of a file that is safe on every system. */
export function fileName(extension: string, ...parts: string[]): string {
  const plain = parts.map((part) => part.replace(/[^A-Za-z0-9_]+/g, "-").replace(/^-+|-+$/g, "")).filter(Boolean);
  return `${plain.join("-").slice(0, 80) || "view"}.${extension}`;
}
