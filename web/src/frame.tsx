/** The frame that every view stands in: controls, picture, detail, table, downloads, citation, link. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { About } from "./data";
import { count, keepPercent } from "./format";
import { formatLink, type State } from "./link";
import { pngFile, saveFile, svgText } from "./picture";
import { type Table, fileName, showCell, tableCsv } from "./table";

interface FrameProps {
  id: string;
  title: string;
  about: About;
  /** What a link must hold to restore what is seen. */
  state: State;
  /** What the picture shows, in sentences: read below it and aloud. */
  caption: string;
  table: Table;
  controls?: ComponentChildren;
  /** What is told of the chosen part; announced as it changes. */
  detail?: ComponentChildren;
  /** Whether there is a picture (one `svg`) to keep as a file. */
  picture?: boolean;
  children: ComponentChildren;
}

/** Show a view in its frame. */
export function Frame(props: FrameProps) {
  const place = useRef<HTMLDivElement>(null);
  const [said, say] = useState("");
  const name = (extension: string) => fileName(extension, props.about.case, props.table.fileName);
  const link = formatLink(props.id, props.state);
  const cited = `${props.about.title}: ${props.title}. ${props.about.citation} Made ${props.about.generated}.`;
  const save = async (kind: "svg" | "png") => {
    const picture = place.current?.querySelector<SVGSVGElement>("svg:not(.key)");
    if (!picture) return;
    const words = { title: props.table.caption, notes: [props.caption, cited] };
    const text = svgText(picture, words, [...(place.current?.querySelectorAll(".keys > li") ?? [])]);
    saveFile(kind === "svg" ? new Blob([text], { type: "image/svg+xml" }) : await pngFile(text), name(kind));
    say(`${name(kind)} was handed to the browser.`);
  };
  const copy = (text: string, what: string) => {
    // Where the page may not write to the clipboard the text stays selectable and the link stays a link.
    navigator.clipboard?.writeText(text).then(
      () => say(`${what} copied.`),
      () => say(`${what} could not be copied.`),
    );
  };
  return (
    <figure class="view-frame">
      {props.controls && (
        <div class="controls" role="group" aria-label={`Choices for: ${props.title}`}>
          {props.controls}
        </div>
      )}
      <div class="picture" ref={place}>
        {props.children}
      </div>
      <figcaption>{keepPercent(props.caption)}</figcaption>
      <div class="detail" role="status">
        {props.detail}
      </div>
      <TableBehind table={props.table} />
      <div class="actions" role="group" aria-label={`Keep or cite: ${props.title}`}>
        <button type="button" aria-label="CSV: keep the table" onClick={() => saveFile(new Blob([tableCsv(props.table)], { type: "text/csv" }), name("csv"))}>
          CSV
        </button>
        {props.picture !== false && (
          <>
            <button type="button" aria-label="SVG: keep the picture" onClick={() => save("svg")}>
              SVG
            </button>
            <button type="button" aria-label="PNG: keep the picture" onClick={() => save("png")}>
              PNG
            </button>
          </>
        )}
        <a href={link} onClick={() => copy(new URL(link, location.href).href, "Link")}>
          Link to this view
        </a>
        <details class="cite">
          <summary>Cite</summary>
          <p>{cited}</p>
        </details>
        <span class="said" role="status">
          {said}
        </span>
      </div>
    </figure>
  );
}

/** The table behind a picture, made when it is opened. */
function TableBehind({ table }: { table: Table }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="behind" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Table behind this picture ({count(table.rows.length, "row")})</summary>
      {open && <TableOf table={table} />}
    </details>
  );
}

/** A captioned table that scrolls within its own box. */
export function TableOf({ table }: { table: Table }) {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={table.caption}>
      <table>
        <caption>{table.caption}</caption>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th scope="col" key={column.name}>
                {column.heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((value, place) => {
                const column = table.columns[place];
                const text = column ? showCell(column, value) : "";
                const kind = typeof value === "string" ? "t" : "n";
                return place ? (
                  <td class={kind} key={place}>
                    {text}
                  </td>
                ) : (
                  <th scope="row" key={place}>
                    {text}
                  </th>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
}

/** How many lists there have been: views are rendered apart, so that only the page can tell their ids from each other. */
let choices = 0;

/** A labelled list to choose one from. */
export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const [id] = useState(() => `choice-${++choices}`);
  const list = useRef<HTMLSelectElement>(null);
  useEffect(() => {
    if (list.current) list.current.value = value;
  }, [value]);
  return (
    <div class="choice">
      <label for={id}>{label}</label>
      <select id={id} ref={list} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([key, text]) => (
          <option value={key} key={key} selected={key === value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
