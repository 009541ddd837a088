/** What a picture through time lets its reader choose: years, and a linear or a logarithmic axis. */
import type { ComponentChildren } from "preact";
import { type Scale, chooseScale, courseSpan, extentOf } from "../axis";
import { type Course, type Maybe, dayTime, isoDay } from "../data";
import { Choice } from "../frame";
import type { State } from "../link";
import { ChooseYears } from "./zoom";

/** What is chosen, and the controls that choose it. */
export interface TimeChoices {
  span: [number, number];
  scale: Scale;
  zoom: (span: [number, number] | null) => void;
  controls: ComponentChildren;
}

/**
 * Read the choices off a view's state.
 *
 * @param courses What is drawn; the first says how much time there is.
 * @param stated Numbers that the axis must hold besides, of a span.
 */
export function readTimeChoices(state: State, change: (some: State) => void, courses: [Course, ...Course[]], stated: (span: [number, number]) => Maybe[] = () => []): TimeChoices {
  const [{ kind }] = courses;
  const whole = courseSpan(courses[0]);
  const span = readSpan(state, whole);
  const extent = extentOf(courses, stated(span), span);
  const allowed = kind !== "share" && extent.shown.every((value) => value >= 0) && extent.centre.some((value) => value > 0);
  const scale = allowed ? ((state["scale"] as Scale | undefined) ?? chooseScale(extent, kind)) : "linear";
  const zoom = (to: [number, number] | null) => change({ from: to ? isoDay(to[0]) : "", to: to ? isoDay(to[1]) : "" });
  const controls = (
    <>
      {allowed && (
        <Choice
          label="Axis"
          value={scale}
          options={[
            ["linear", "linear"],
            ["log", "logarithmic"],
          ]}
          onChange={(to) => change({ scale: to })}
        />
      )}
      <ChooseYears whole={whole} span={span} onZoom={zoom} />
    </>
  );
  return { span, scale, zoom, controls };
}

/** The span of time that a state asks for, within the whole. */
export function readSpan(state: State, whole: [number, number]): [number, number] {
  const from = state["from"] ? dayTime(state["from"]) : whole[0];
  const to = state["to"] ? dayTime(state["to"]) : whole[1];
  const span: [number, number] = [Math.max(whole[0], from || whole[0]), Math.min(whole[1], to || whole[1])];
  return span[1] > span[0] ? span : whole;
}
