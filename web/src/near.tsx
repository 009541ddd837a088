/** Views are drawn as they come near the window, so that a page of twenty pictures is there as soon as a page of one. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** How near: within the window's own height above and below it. */
const MARGIN = "100% 0px";
/** For so many milliseconds what was gone to is kept where it is while pictures above it are drawn. */
const HOLD = 2000;

/** Places of views that are not drawn yet, each with what draws it. */
const waiting = new Map<Element, () => void>();
const queue = new Set<Element>();
let pumping = false;
let begun = false;

const watcher =
  typeof IntersectionObserver === "undefined"
    ? null
    : new IntersectionObserver(
        (entries) => {
          const inside = (entry: IntersectionObserverEntry) => Number(entry.boundingClientRect.top < innerHeight && entry.boundingClientRect.bottom > 0);
          const near = entries.filter((entry) => entry.isIntersecting).sort((a, b) => inside(b) - inside(a));
          for (const entry of near) queue.add(entry.target);
          // The first view is what most readers come to next, however long the words before it.
          const first = entries[0];
          if (!begun && first) queue.add(first.target);
          begun = true;
          if (!pumping) pump();
        },
        { rootMargin: MARGIN },
      );

/** Draw one view after the other: between two the browser can show the first. */
function pump(): void {
  const [next] = queue;
  pumping = next !== undefined;
  if (!next) return;
  draw(next);
  setTimeout(pump);
}

function draw(place: Element): void {
  const act = waiting.get(place);
  forget(place);
  act?.();
}

function forget(place: Element): void {
  waiting.delete(place);
  queue.delete(place);
  watcher?.unobserve(place);
}

/** Draw everything: paper has no window to come near to. */
function drawAll(): void {
  for (const place of [...waiting.keys()]) draw(place);
}

/** Draw the views before and after what has the focus, so that the Tab key passes over none. */
function drawBeside(focused: Element): void {
  const places = [...waiting.keys()];
  const lies = (place: Element, side: number) => (focused.compareDocumentPosition(place) & side) !== 0;
  const next = places.find((place) => lies(place, Node.DOCUMENT_POSITION_FOLLOWING));
  const before = places.filter((place) => lies(place, Node.DOCUMENT_POSITION_PRECEDING)).at(-1);
  if (next) draw(next);
  if (before) draw(before);
}

let held: Element | null = null;
let release = 0;

/** Keep an element where it is for a while, or until the reader moves: browsers that do not, lose it to pictures drawn above. */
function hold(element: Element): void {
  clearTimeout(release);
  held = element;
  release = window.setTimeout(() => (held = null), HOLD);
}

/** Go to a view, which is drawn at once. */
export function goTo(element: Element | null): void {
  if (!element) return;
  for (const place of [...waiting.keys()]) if (element.contains(place)) draw(place);
  element.scrollIntoView();
  hold(element);
}

function holdAnchor(): void {
  const anchor = document.querySelector(":target");
  if (anchor) hold(anchor);
}

if (watcher) {
  addEventListener("beforeprint", drawAll);
  // Some programs that print a page only change its medium.
  matchMedia("print").addEventListener("change", (print) => print.matches && drawAll());
  addEventListener("focusin", (event) => event.target instanceof Element && drawBeside(event.target));
  addEventListener("hashchange", holdAnchor);
  for (const kind of ["wheel", "touchstart", "pointerdown", "keydown"]) addEventListener(kind, () => (held = null), { passive: true, capture: true });
  holdAnchor();
}

interface NearProps {
  /** Whether it is drawn at once. */
  now: boolean;
  children: () => ComponentChildren;
}

/** Something that is drawn when it comes near; until then room is kept for it. */
export function Near({ now, children }: NearProps) {
  const place = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState(now || !watcher);
  useEffect(() => {
    if (now) setDrawn(true);
  }, [now]);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    if (drawn) {
      if (held && element.compareDocumentPosition(held) & Node.DOCUMENT_POSITION_FOLLOWING) held.scrollIntoView();
      return;
    }
    waiting.set(element, () => setDrawn(true));
    watcher?.observe(element);
    return () => forget(element);
  }, [drawn]);
  return <div ref={place}>{drawn ? children() : <p class="to-come">This picture is drawn when it comes into view.</p>}</div>;
}
