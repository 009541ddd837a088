/** Many parts of a picture as one stop of the Tab key: arrows go from part to part, Enter chooses. */
import { useRef, useState } from "preact/hooks";

interface Roving {
  /** For the element around the parts. */
  group: { ref: preact.RefObject<SVGGElement | null>; onKeyDown: (event: KeyboardEvent) => void };
  /** For each part, by its key. */
  part: (key: string, name: string) => Record<string, unknown>;
}

/**
 * Return what the group and its parts need.
 *
 * @param keys Keys of the parts, in the order in which arrows pass them.
 */
export function useRoving(keys: string[], chosen: string, onChoose: (key: string) => void): Roving {
  const place = useRef<SVGGElement>(null);
  const [current, setCurrent] = useState("");
  const at = Math.max(0, keys.indexOf(current || chosen));
  const go = (index: number) => {
    const next = keys[Math.max(0, Math.min(keys.length - 1, index))];
    if (next === undefined) return;
    setCurrent(next);
    place.current?.querySelector<SVGGElement>(`[data-part="${CSS.escape(next)}"]`)?.focus();
  };
  const press = (event: KeyboardEvent) => {
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: keys.length - 1 };
    const next = moves[event.key];
    if (next !== undefined) go(next);
    else if (event.key === "Enter" || event.key === " ") onChoose(keys[at] === chosen ? "" : (keys[at] ?? ""));
    else if (event.key === "Escape") onChoose("");
    else return;
    event.preventDefault();
  };
  return {
    group: { ref: place, onKeyDown: press },
    part: (key, name) => ({
      "data-part": key,
      role: "button",
      // In lower case: SVG knows no other.
      tabindex: keys[at] === key ? 0 : -1,
      "aria-label": name,
      "aria-pressed": key === chosen,
      onClick: () => onChoose(key === chosen ? "" : key),
      onFocus: () => setCurrent(key),
    }),
  };
}
