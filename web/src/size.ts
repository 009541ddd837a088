/** The width that a picture has. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Return a reference to put on an element, and its width in pixels as it changes. */
export function useWidth<T extends HTMLElement>(start = 720): [RefObject<T | null>, number] {
  const place = useRef<T>(null);
  const [width, setWidth] = useState(start);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const measure = () => element.clientWidth && setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}
