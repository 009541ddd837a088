/** Zoom in time: drag across the picture, or choose years. */
import { useRef, useState } from "preact/hooks";
import type { Axis } from "../axis";
import { Choice } from "../frame";
import type { Box } from "./axes";

/** Shorter drags are clicks. */
const LEAST_DRAG = 12;

interface DragProps {
  box: Box;
  time: Axis;
  onZoom: (span: [number, number] | null) => void;
}

/** An area that zooms to the span dragged across it, and back by a double click. */
export function DragToZoom({ box, time, onZoom }: DragProps) {
  const area = useRef<SVGRectElement>(null);
  const [drag, setDrag] = useState<[number, number] | null>(null);
  const at = (event: PointerEvent) => {
    const frame = area.current?.getBoundingClientRect();
    const place = frame ? box.left + ((event.clientX - frame.left) / frame.width) * (box.right - box.left) : box.left;
    return Math.max(box.left, Math.min(box.right, place));
  };
  const finish = () => {
    if (drag && Math.abs(drag[1] - drag[0]) > LEAST_DRAG) {
      const [low, high] = [Math.min(...drag), Math.max(...drag)];
      onZoom([time.invert(low), time.invert(high)]);
    }
    setDrag(null);
  };
  return (
    <>
      <rect
        class="drag"
        ref={area}
        x={box.left}
        y={box.top}
        width={Math.max(0, box.right - box.left)}
        height={box.bottom - box.top}
        onPointerDown={(event) => {
          // Fingers scroll the page; they zoom by the lists of years.
          if (event.pointerType === "touch" || event.button) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([at(event), at(event)]);
        }}
        onPointerMove={(event) => drag && setDrag([drag[0], at(event)])}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(null)}
        onDblClick={() => onZoom(null)}
      />
      {drag && <rect class="dragged" x={Math.min(...drag)} width={Math.abs(drag[1] - drag[0])} y={box.top} height={box.bottom - box.top} />}
    </>
  );
}

interface YearsProps {
  whole: [number, number];
  span: [number, number];
  onZoom: (span: [number, number] | null) => void;
}

const yearStart = (year: number) => Date.UTC(year, 0, 1);
const yearOf = (time: number) => new Date(time).getUTCFullYear();

/** Lists of the first and last year shown, and a button back to all. */
export function ChooseYears({ whole, span, onZoom }: YearsProps) {
  const first = yearOf(whole[0]);
  const last = yearOf(whole[1] - 1);
  const from = yearOf(span[0]);
  const to = yearOf(span[1] - 1);
  const years = (low: number, high: number) =>
    Array.from({ length: high - low + 1 }, (_, index) => [`${low + index}`, `${low + index}`] as const);
  const zoom = (low: number, high: number) =>
    onZoom(low === first && high === last ? null : [Math.max(whole[0], yearStart(low)), Math.min(whole[1], yearStart(high + 1))]);
  if (first === last) return null;
  return (
    <>
      <Choice label="From" value={`${from}`} options={years(first, to)} onChange={(year) => zoom(Number(year), to)} />
      <Choice label="To" value={`${to}`} options={years(from, last)} onChange={(year) => zoom(from, Number(year))} />
      <button type="button" disabled={span[0] === whole[0] && span[1] === whole[1]} onClick={() => onZoom(null)}>
        Whole time
      </button>
    </>
  );
}
